package io.slipway.master.journal;

import com.google.protobuf.ByteString;
import io.slipway.model.HostPort;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A process that appends numbered records to a journal as fast as it can until it is killed, and
 * says on its standard output how far it was and which ones were acknowledged.
 */
final class NumberWriter implements Journal.Listener {
  private static final int OUTSTANDING = 16;

  private final ExecutorService snapshots = Executors.newSingleThreadExecutor();
  private final AtomicBoolean saving = new AtomicBoolean();
  private final CountDownLatch leading = new CountDownLatch(1);
  private final RatisJournal journal;
  private volatile long last;

  private NumberWriter(Path directory) {
    journal =
        new RatisJournal(new RatisJournalSettings(directory, 4 << 20, 2000, Duration.ofSeconds(5)));
  }

  public static void main(String[] arguments) throws Exception {
    new NumberWriter(Path.of(arguments[0])).run(new Random(Long.parseLong(arguments[1])));
  }

  private void run(Random random) throws Exception {
    journal.start(this);
    leading.await();
    System.out.println("restored " + last);
    Semaphore free = new Semaphore(OUTSTANDING);
    for (long number = last + 1; ; number++) {
      free.acquire();
      long appended = number;
      int size = random.nextInt(50) == 0 ? random.nextInt(200_000) : random.nextInt(200);
      ByteBuffer record = ByteBuffer.allocate(Long.BYTES + size).putLong(number);
      while (record.hasRemaining()) {
        record.put((byte) (1 + random.nextInt(255)));
      }
      journal
          .append(ByteString.copyFrom(record.flip()))
          .whenComplete(
              (nothing, problem) -> {
                if (problem != null) {
                  end("append of " + appended + ": " + problem);
                }
                System.out.println("acknowledged " + appended);
                free.release();
              });
    }
  }

  @Override
  public void restored(long term, long index, InputStream snapshot) throws IOException {
    last = new DataInputStream(snapshot).readLong();
  }

  @Override
  public void committed(long term, long index, ByteString record) {
    long number = record.asReadOnlyByteBuffer().getLong();
    if (number != last + 1) {
      end("record " + number + " follows " + last);
    }
    last = number;
    if (saving.compareAndSet(true, false)) {
      snapshots.execute(() -> save(term, index, number));
    }
  }

  private void save(long term, long index, long number) {
    try {
      journal.saveSnapshot(term, index, out -> new DataOutputStream(out).writeLong(number));
    } catch (IOException e) {
      end("snapshot: " + e);
    }
  }

  @Override
  public void leading(long term) {
    leading.countDown();
  }

  @Override
  public void notLeading(Optional<HostPort> leader) {}

  @Override
  public void snapshotDue() {
    saving.set(true);
  }

  @Override
  public void failed(String reason, Optional<Throwable> cause) {
    end("failed: " + reason + " " + cause);
  }

  private static void end(String problem) {
    System.out.println("problem: " + problem);
    Runtime.getRuntime().halt(1);
  }
}
