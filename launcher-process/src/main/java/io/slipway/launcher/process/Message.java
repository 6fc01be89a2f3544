package io.slipway.launcher.process;

import io.slipway.launcher.EndingRecord;
import io.slipway.launcher.LogTarget;
import io.slipway.model.Ending;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * What launcher and keeper say to each other. Requests carry a number that the reply repeats. The
 * first message of either side is {@link Hello}; a message's form may change only with its version.
 */
sealed interface Message {
  /** Of the protocol. */
  int VERSION = 1;

  /** From both sides, first. */
  record Hello(int version) implements Message {}

  /** To the keeper: start a program. Answered by {@link Running} or {@link Refused}. */
  record Launch(
      long request,
      String id,
      Path directory,
      String program,
      List<String> arguments,
      Map<String, String> environment,
      Path workDirectory,
      LogTarget stdout,
      LogTarget stderr)
      implements Message {}

  /** To the keeper: if the launch of that number is not through, don't. No answer of its own. */
  record Cancel(long request) implements Message {}

  /**
   * To the keeper: what became of an execution, which you shall look after from now on. Answered by
   * {@link Running}, {@link Ended}, {@link Refused} (never started) or {@link Elsewhere}.
   */
  record Attach(long request, String id, Path directory) implements Message {}

  /**
   * To the keeper: the execution has been asked to end; its {@code stop} file says until when, and
   * if that could not be written, this does.
   *
   * @param deadlineMillis on the {@link BootClock}
   */
  record Stop(String id, OptionalLong deadlineMillis) implements Message {}

  /** To the keeper: what does it use? Answered by {@link Used}. */
  record Usage(long request, String id) implements Message {}

  /** From the keeper. */
  record Running(long request, int pid) implements Message {}

  /** From the keeper: it was not started, and never will be. */
  record Refused(long request, String reason) implements Message {}

  /** From the keeper: another keeper, which lives, looks after it. */
  record Elsewhere(long request, String keeper) implements Message {}

  /** From the keeper. */
  record Used(long request, OptionalLong cpuNanos, OptionalLong memoryBytes) implements Message {}

  /** From the keeper: how an execution ended; request 0 if it tells so by itself. */
  record Ended(long request, String id, Ending ending) implements Message {}

  /** The message as bytes. */
  default byte[] encode() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      encode(new Writer(new DataOutputStream(bytes)));
    } catch (IOException e) {
      throw new AssertionError("memory does not fail", e);
    }
    return bytes.toByteArray();
  }

  private void encode(Writer out) throws IOException {
    if (this instanceof Hello hello) {
      out.number(0).number(hello.version());
    } else if (this instanceof Launch launch) {
      out.number(1).number(launch.request()).text(launch.id()).path(launch.directory());
      out.text(launch.program()).texts(launch.arguments()).map(launch.environment());
      out.path(launch.workDirectory()).target(launch.stdout()).target(launch.stderr());
    } else if (this instanceof Cancel cancel) {
      out.number(2).number(cancel.request());
    } else if (this instanceof Attach attach) {
      out.number(3).number(attach.request()).text(attach.id()).path(attach.directory());
    } else if (this instanceof Stop stop) {
      out.number(4).text(stop.id()).number(stop.deadlineMillis().orElse(-1));
    } else if (this instanceof Usage usage) {
      out.number(5).number(usage.request()).text(usage.id());
    } else if (this instanceof Running running) {
      out.number(6).number(running.request()).number(running.pid());
    } else if (this instanceof Refused refused) {
      out.number(7).number(refused.request()).text(refused.reason());
    } else if (this instanceof Elsewhere elsewhere) {
      out.number(8).number(elsewhere.request()).text(elsewhere.keeper());
    } else if (this instanceof Used used) {
      out.number(9).number(used.request());
      out.number(used.cpuNanos().orElse(-1)).number(used.memoryBytes().orElse(-1));
    } else if (this instanceof Ended ended) {
      out.number(10).number(ended.request()).text(ended.id());
      out.map(EndingRecord.values(ended.ending()));
    } else {
      throw new AssertionError(this);
    }
  }

  /**
   * Reads what {@link #encode} made; empty if it is of a kind that this version does not know.
   *
   * @throws IOException if it ends too early
   */
  static Optional<Message> decode(DataInputStream from) throws IOException {
    Reader in = new Reader(from);
    int kind = (int) in.number();
    return Optional.ofNullable(
        switch (kind) {
          case 0 -> new Hello((int) in.number());
          case 1 ->
              new Launch(
                  in.number(),
                  in.text(),
                  in.path(),
                  in.text(),
                  in.texts(),
                  in.map(),
                  in.path(),
                  in.target(),
                  in.target());
          case 2 -> new Cancel(in.number());
          case 3 -> new Attach(in.number(), in.text(), in.path());
          case 4 -> new Stop(in.text(), in.isAtEnd() ? OptionalLong.empty() : in.amount());
          case 5 -> new Usage(in.number(), in.text());
          case 6 -> new Running(in.number(), (int) in.number());
          case 7 -> new Refused(in.number(), in.text());
          case 8 -> new Elsewhere(in.number(), in.text());
          case 9 -> new Used(in.number(), in.amount(), in.amount());
          case 10 -> new Ended(in.number(), in.text(), EndingRecord.ending(in.map()));
          default -> null;
        });
  }

  /** Writes the parts of a message. */
  record Writer(DataOutputStream out) {
    Writer number(long value) throws IOException {
      out.writeLong(value);
      return this;
    }

    Writer text(String value) throws IOException {
      byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
      out.writeInt(bytes.length);
      out.write(bytes);
      return this;
    }

    Writer path(Path value) throws IOException {
      return text(value.toString());
    }

    Writer texts(List<String> values) throws IOException {
      out.writeInt(values.size());
      for (String value : values) {
        text(value);
      }
      return this;
    }

    Writer map(Map<String, String> values) throws IOException {
      out.writeInt(values.size());
      for (Map.Entry<String, String> entry : values.entrySet()) {
        text(entry.getKey()).text(entry.getValue());
      }
      return this;
    }

    Writer target(LogTarget value) throws IOException {
      return path(value.file()).number(value.maxBytes()).number(value.maxRolled());
    }
  }

  /** Reads the parts of a message. */
  record Reader(DataInputStream in) {
    long number() throws IOException {
      return in.readLong();
    }

    /** Of a message of an older launcher, which ended here. */
    boolean isAtEnd() throws IOException {
      return in.available() == 0;
    }

    OptionalLong amount() throws IOException {
      long value = number();
      return value < 0 ? OptionalLong.empty() : OptionalLong.of(value);
    }

    String text() throws IOException {
      int length = in.readInt();
      byte[] bytes = in.readNBytes(length);
      if (bytes.length < length) {
        throw new java.io.EOFException();
      }
      return new String(bytes, StandardCharsets.UTF_8);
    }

    Path path() throws IOException {
      return Path.of(text());
    }

    List<String> texts() throws IOException {
      int count = in.readInt();
      List<String> values = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        values.add(text());
      }
      return values;
    }

    Map<String, String> map() throws IOException {
      int count = in.readInt();
      Map<String, String> values = new TreeMap<>();
      for (int i = 0; i < count; i++) {
        String name = text();
        values.put(name, text());
      }
      return values;
    }

    LogTarget target() throws IOException {
      return new LogTarget(path(), number(), (int) number());
    }
  }
}
