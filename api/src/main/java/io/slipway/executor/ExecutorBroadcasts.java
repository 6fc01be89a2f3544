package io.slipway.executor;

import io.grpc.Channel;
import io.slipway.driver.BroadcastException;
import io.slipway.serialization.JavaSerialization;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The broadcast values that an executor has fetched. Internal to Slipway: tasks use {@link
 * io.slipway.driver.Broadcast}. Safe for use by several threads.
 */
public final class ExecutorBroadcasts implements AutoCloseable {
  private static final ThreadLocal<ExecutorBroadcasts> OF_THREAD = new ThreadLocal<>();

  private final Path directory;
  private final Map<Long, Copy> copies = new ConcurrentHashMap<>();
  private volatile Channel driver;

  /**
   * Makes it.
   *
   * @param directory where files are kept
   */
  ExecutorBroadcasts(Path directory) {
    this.directory = directory;
  }

  /** Those of the executor that this thread runs tasks for; null if it runs none. */
  public static ExecutorBroadcasts ofThisThread() {
    return OF_THREAD.get();
  }

  /** From now on this thread runs tasks of this executor. */
  void serveThisThread() {
    OF_THREAD.set(this);
  }

  /** From now on the driver is reached so. */
  void fetchOver(Channel channel) {
    driver = channel;
  }

  /** The value of a broadcast, fetched by the first that asks. */
  public Object object(long id) {
    ClassLoader classes = Thread.currentThread().getContextClassLoader();
    return copy(id)
        .value(
            () -> {
              try (InputStream in = new BroadcastInputStream(driver, id)) {
                return JavaSerialization.readByJava(in, classes);
              }
            });
  }

  /** The path of this executor's copy of a file that was broadcast, fetched by the first. */
  public Path file(long id, long size) {
    Copy copy = copy(id);
    return (Path)
        copy.value(
            () -> {
              Path file = Files.createTempFile(directory, "slipway-broadcast-", "");
              boolean whole = false;
              try (InputStream in = new BroadcastInputStream(driver, id)) {
                Files.delete(file);
                long length = Files.copy(in, file);
                if (length != size) {
                  throw new IOException(length + " bytes came, not " + size);
                }
                whole = true;
                return file;
              } finally {
                if (!whole) {
                  Files.deleteIfExists(file);
                }
              }
            });
  }

  private Copy copy(long id) {
    return copies.computeIfAbsent(id, key -> new Copy());
  }

  /** Drops all but these. */
  void retain(Collection<Long> open) {
    Set<Long> kept = new HashSet<>(open);
    copies
        .entrySet()
        .removeIf(
            copy -> {
              boolean drop = !kept.contains(copy.getKey());
              if (drop) {
                copy.getValue().drop();
              }
              return drop;
            });
  }

  /** Drops all. */
  @Override
  public void close() {
    retain(Set.of());
  }

  /** How a value is made of what the driver sends. */
  private interface Fetch {
    Object fetch() throws IOException, ClassNotFoundException;
  }

  /** One value, or the place for it. */
  private static final class Copy {
    private final ReentrantLock fetching = new ReentrantLock();
    private volatile boolean there;
    private Object value;
    private Path file;
    private boolean dropped;

    Object value(Fetch fetch) {
      if (there) {
        return value;
      }
      try {
        fetching.lockInterruptibly();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new BroadcastException("interrupted while the broadcast was being fetched", e);
      }
      try {
        if (!there) {
          keep(fetch.fetch());
        }
        return value;
      } catch (IOException | ClassNotFoundException | LinkageError e) {
        throw new BroadcastException("the broadcast can't be fetched: " + e.getMessage(), e);
      } finally {
        fetching.unlock();
      }
    }

    private synchronized void keep(Object fetched) throws IOException {
      if (fetched instanceof Path path) {
        if (dropped) {
          Files.deleteIfExists(path);
          throw new IOException("it has been closed in its driver");
        }
        file = path;
      }
      value = fetched;
      there = true;
    }

    /** Never waits for a fetch that is under way. */
    synchronized void drop() {
      dropped = true;
      if (file != null) {
        try {
          Files.deleteIfExists(file);
        } catch (IOException e) {
          return; // it goes with the working directory
        }
      }
    }
  }
}
