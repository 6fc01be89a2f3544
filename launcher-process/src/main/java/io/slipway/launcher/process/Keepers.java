package io.slipway.launcher.process;

import io.slipway.launcher.LaunchException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The keepers that one launcher deals with: the current one, which launches, and older ones until
 * their last execution has ended. When the current one dies, the next is started.
 */
final class Keepers {
  private static final int START_TRIES = 3;
  private static final long DYING_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
  private static final long ENDING_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final Path directory;
  private final boolean outlivesOwner;
  private final boolean haveGroups;
  private final Consumer<Message.Ended> ended;
  private final Consumer<KeeperLink> lost;

  // Guarded by this.
  private final Map<String, KeeperLink> links = new HashMap<>();
  private CompletableFuture<KeeperLink> current;
  private KeeperProcess newest;
  private boolean closed;

  Keepers(
      Path directory,
      boolean outlivesOwner,
      boolean withGroups,
      Consumer<Message.Ended> ended,
      Consumer<KeeperLink> lost) {
    this.directory = directory;
    this.outlivesOwner = outlivesOwner;
    this.haveGroups = withGroups && ControlGroup.areUsable();
    this.ended = ended;
    this.lost = lost;
  }

  /** Whether executions are held by control groups. */
  boolean haveGroups() {
    return haveGroups;
  }

  synchronized boolean isClosed() {
    return closed;
  }

  /** Removes what dead keepers have left. */
  void removeDead() throws IOException {
    List<Path> homes;
    try (Stream<Path> entries = Files.list(directory)) {
      homes = entries.toList();
    }
    for (Path path : homes) {
      KeeperHome home = new KeeperHome(path);
      if (!home.isAlive()) {
        home.remove();
      }
    }
  }

  /** Starts a keeper, and does not wait until it is ready. */
  synchronized void startNext() throws IOException {
    KeeperProcess process = KeeperProcess.start(directory, outlivesOwner, haveGroups);
    CompletableFuture<KeeperLink> next = new CompletableFuture<>();
    newest = process;
    current = next;
    Thread thread = new Thread(() -> await(process, next), "slipway-keeper-start");
    thread.setDaemon(true);
    thread.start();
  }

  private void await(KeeperProcess process, CompletableFuture<KeeperLink> next) {
    try {
      next.complete(add(process.home(), process.connect()));
    } catch (IOException e) {
      try {
        process.destroy();
        process.home().remove();
      } catch (IOException left) {
        e.addSuppressed(left);
      }
      next.completeExceptionally(e);
    }
  }

  private KeeperLink add(KeeperHome home, Connection connection) throws IOException {
    KeeperLink link = new KeeperLink(home, connection);
    synchronized (this) {
      if (closed) {
        link.close();
        throw new IOException("the launcher is closed");
      }
      links.put(home.id(), link);
    }
    link.start(ended, () -> gone(link));
    return link;
  }

  /**
   * The keeper that launches; waits until it is ready. One that dies before that may have been
   * killed, which is nobody's fault: then another is started.
   */
  KeeperLink current() throws LaunchException, InterruptedException {
    int failures = 0;
    while (true) {
      CompletableFuture<KeeperLink> awaited;
      try {
        synchronized (this) {
          if (closed) {
            throw new IllegalStateException("the launcher is closed");
          }
          if (current.isCompletedExceptionally()) {
            startNext();
          }
          awaited = current;
        }
        KeeperLink link = awaited.get();
        if (!link.isLost()) {
          return link;
        }
        awaitNextAfter(awaited);
      } catch (IOException e) {
        throw new LaunchException("no supervisor can be started: " + e.getMessage(), e);
      } catch (ExecutionException e) {
        if (++failures == START_TRIES) {
          throw new LaunchException(e.getCause().getMessage(), e.getCause());
        }
      }
    }
  }

  private synchronized void awaitNextAfter(CompletableFuture<KeeperLink> previous)
      throws InterruptedException {
    while (current == previous && !closed) {
      wait();
    }
  }

  /** The keeper of that id, if it lives. */
  Optional<KeeperLink> find(String id) {
    synchronized (this) {
      KeeperLink known = links.get(id);
      if (known != null && !known.isLost()) {
        return Optional.of(known);
      }
    }
    KeeperHome home = new KeeperHome(directory.resolve(id));
    if (!home.isAlive()) {
      return Optional.empty();
    }
    try {
      return Optional.of(add(home, KeeperProcess.connect(home)));
    } catch (IOException dying) {
      awaitDeath(home);
      return Optional.empty();
    }
  }

  /** Waits until a keeper that does not answer any more is known to be gone. */
  void awaitGone(KeeperLink link) {
    if (!link.isReleased()) {
      awaitDeath(link.home());
    }
  }

  /** A keeper whose connection is gone is ending; one that isn't, is made to. */
  private static void awaitDeath(KeeperHome home) {
    long begin = System.nanoTime();
    while (home.isAlive()) {
      if (System.nanoTime() - begin > DYING_NANOS) {
        home.kill();
      }
      LockSupport.parkNanos(LOOK_AGAIN_NANOS);
    }
  }

  private void gone(KeeperLink link) {
    synchronized (this) {
      links.remove(link.home().id(), link);
      if (closed || link.isReleased()) {
        return;
      }
    }
    awaitDeath(link.home());
    synchronized (this) {
      if (closed) {
        return;
      }
      if (current.isDone() && !current.isCompletedExceptionally() && current.join() == link) {
        try {
          startNext();
        } catch (IOException e) {
          current = CompletableFuture.failedFuture(e);
        }
        notifyAll();
      }
    }
    lost.accept(link);
    try {
      link.home().remove();
    } catch (IOException e) {
      // The next launcher of this owner tries again.
      return;
    }
  }

  /** Lets an older keeper end when none of these processes is its own. */
  void releaseIfUnused(KeeperLink link, Collection<SupervisedProcess> processes) {
    synchronized (this) {
      if (current.isDone() && !current.isCompletedExceptionally() && current.join() == link) {
        return;
      }
    }
    if (processes.stream().noneMatch(process -> process.link().orElse(null) == link)) {
      synchronized (this) {
        links.remove(link.home().id(), link);
      }
      link.close();
    }
  }

  /**
   * Lets go of all keepers.
   *
   * @param idle whether nothing runs, so that their end can be waited for
   */
  void close(boolean idle) {
    List<KeeperLink> open;
    KeeperProcess last;
    CompletableFuture<KeeperLink> starting;
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      open = List.copyOf(links.values());
      last = newest;
      starting = current;
      notifyAll();
    }
    open.forEach(KeeperLink::close);
    if (!starting.isDone()) {
      last.destroy();
    }
    if (idle) {
      open.forEach(link -> awaitEnd(link.home()));
      awaitEnd(last.home());
    }
  }

  private static void awaitEnd(KeeperHome home) {
    long begin = System.nanoTime();
    while (home.isAlive()) {
      if (System.nanoTime() - begin > ENDING_NANOS) {
        return;
      }
      LockSupport.parkNanos(LOOK_AGAIN_NANOS);
    }
    try {
      home.remove();
    } catch (IOException e) {
      // The next launcher of this owner removes it.
      return;
    }
  }
}
