package io.slipway.launcher.process;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Messages over a Unix domain socket, each behind its length. One thread receives, any number send:
 * what they send is written by a thread of this connection's own, so that an interrupt of theirs
 * does not close it, and the other side's pace is not theirs.
 */
final class Connection implements AutoCloseable {
  private static final int LONGEST = 64 << 20;

  private final SocketChannel channel;
  private final BlockingQueue<Message> outgoing = new LinkedBlockingQueue<>();
  private final Thread writer = new Thread(this::write, "slipway-connection");

  Connection(SocketChannel channel) {
    this.channel = channel;
    writer.setDaemon(true);
    writer.start();
  }

  /** Sends a message. If the other side is gone, that shows when receiving. */
  void send(Message message) {
    outgoing.add(message);
  }

  private void write() {
    try (channel) {
      while (true) {
        byte[] body = outgoing.take().encode();
        ByteBuffer frame = ByteBuffer.allocate(4 + body.length).putInt(body.length).put(body);
        frame.flip();
        // Not the channel's own streams: those let nobody write while another reads.
        while (frame.hasRemaining()) {
          channel.write(frame);
        }
      }
    } catch (InterruptedException | IOException closed) {
      // Who receives notices too.
    }
  }

  /**
   * Waits for the next message.
   *
   * @throws EOFException if the other side has closed
   */
  Message receive() throws IOException {
    while (true) {
      int length = readFully(4).getInt();
      if (length < 0 || length > LONGEST) {
        throw new IOException("a message of " + length + " bytes");
      }
      Optional<Message> message =
          Message.decode(new DataInputStream(new ByteArrayInputStream(readFully(length).array())));
      if (message.isPresent()) {
        return message.get();
      }
    }
  }

  /** Says hello and hears it; the other side's version. */
  int greet() throws IOException {
    send(new Message.Hello(Message.VERSION));
    if (receive() instanceof Message.Hello hello) {
      return hello.version();
    }
    throw new IOException("the other side does not begin with a greeting");
  }

  private ByteBuffer readFully(int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes) < 0) {
        throw new EOFException();
      }
    }
    return bytes.flip();
  }

  @Override
  public void close() {
    writer.interrupt();
    try {
      channel.close();
    } catch (IOException e) {
      // It is of no use any more either way.
    }
  }
}
