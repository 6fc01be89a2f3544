package io.slipway.master.state;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.slipway.master.proto.AnswerRow;
import io.slipway.master.proto.ApplicationRow;
import io.slipway.master.proto.DeadlineRow;
import io.slipway.master.proto.ExecutionRow;
import io.slipway.master.proto.MetaRow;
import io.slipway.master.proto.SnapshotHeader;
import io.slipway.master.proto.SnapshotSection;
import io.slipway.master.proto.WorkerRow;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Reads and writes snapshots: a header, then a section for each table with its name, version and
 * number of rows, each message with its length before it. The journal adds a checksum.
 */
public final class SnapshotCodec {
  private static final int FORMAT = 1;
  private static final int VERSION = 1;
  private static final int SECTIONS = 6;

  private SnapshotCodec() {}

  /** Writes a snapshot; on any thread. */
  public static void write(StateRows rows, OutputStream out) throws IOException {
    BufferedOutputStream buffered = new BufferedOutputStream(out, 1 << 16);
    String version =
        Optional.ofNullable(SnapshotCodec.class.getPackage().getImplementationVersion())
            .orElse("an unpackaged build");
    SnapshotHeader.newBuilder()
        .setFormat(FORMAT)
        .setWrittenBy(version)
        .setSections(SECTIONS)
        .build()
        .writeDelimitedTo(buffered);
    section(buffered, "meta", List.of(rows.meta()), RowCodec::encode);
    section(buffered, "workers", rows.workers(), RowCodec::encode);
    section(buffered, "applications", rows.applications(), RowCodec::encode);
    section(buffered, "executions", rows.executions(), RowCodec::encode);
    section(buffered, "answers", rows.answers(), RowCodec::encode);
    section(buffered, "deadlines", rows.deadlines(), RowCodec::encode);
    buffered.flush();
  }

  private static <R> void section(
      OutputStream out, String table, List<R> rows, Function<R, MessageLite> encode)
      throws IOException {
    SnapshotSection.newBuilder()
        .setTable(table)
        .setVersion(VERSION)
        .setRows(rows.size())
        .build()
        .writeDelimitedTo(out);
    for (R row : rows) {
      encode.apply(row).writeDelimitedTo(out);
    }
  }

  /**
   * Reads a snapshot; on any thread.
   *
   * @throws StateFormatException if it is damaged, or a newer version wrote it
   */
  public static StateRows read(InputStream in) throws IOException {
    try {
      return new Reader(in).read();
    } catch (IllegalArgumentException e) {
      throw new StateFormatException(
          "the snapshot can't be understood (" + e.getMessage() + ")", e);
    }
  }

  private static final class Reader {
    private final CodedInputStream in;
    private String writtenBy = "";

    Reader(InputStream in) {
      this.in = CodedInputStream.newInstance(in, 1 << 16);
      this.in.setSizeLimit(Integer.MAX_VALUE);
    }

    StateRows read() throws IOException {
      SnapshotHeader header = next(SnapshotHeader.parser());
      writtenBy = header.getWrittenBy();
      if (header.getFormat() != FORMAT || header.getSections() != SECTIONS) {
        throw newer("format " + header.getFormat());
      }
      List<Meta> meta = section("meta", MetaRow.parser(), RowCodec::decode);
      if (meta.size() != 1) {
        throw new StateFormatException("the snapshot has " + meta.size() + " rows of meta");
      }
      if (meta.get(0).featureLevel() > Round.FEATURE_LEVEL) {
        throw newer("feature level " + meta.get(0).featureLevel());
      }
      StateRows rows =
          new StateRows(
              meta.get(0),
              section("workers", WorkerRow.parser(), RowCodec::decode),
              section("applications", ApplicationRow.parser(), RowCodec::decode),
              section("executions", ExecutionRow.parser(), RowCodec::decode),
              section("answers", AnswerRow.parser(), RowCodec::decode),
              section("deadlines", DeadlineRow.parser(), RowCodec::decode));
      if (!in.isAtEnd()) {
        throw newer("more than is known after the last table");
      }
      return rows;
    }

    private <M extends MessageLite, R> List<R> section(
        String table, Parser<M> parser, Function<M, R> decode) throws IOException {
      SnapshotSection section = next(SnapshotSection.parser());
      if (!section.getTable().equals(table) || section.getVersion() != VERSION) {
        throw newer("table " + section.getTable() + " version " + section.getVersion());
      }
      List<R> rows = new ArrayList<>();
      for (long i = 0; i < section.getRows(); i++) {
        rows.add(decode.apply(next(parser)));
      }
      return rows;
    }

    private <M extends MessageLite> M next(Parser<M> parser) throws IOException {
      in.resetSizeCounter();
      if (in.isAtEnd()) {
        throw new EOFException("the snapshot ends too early");
      }
      int size = in.readRawVarint32();
      int limit = in.pushLimit(size);
      M message = parser.parseFrom(in);
      in.popLimit(limit);
      return message;
    }

    private StateFormatException newer(String what) {
      return new StateFormatException(
          "the snapshot holds "
              + what
              + ", and was written by "
              + writtenBy
              + ": run that version or a newer one");
    }
  }
}
