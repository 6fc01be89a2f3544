package io.slipway.launcher.process;

import io.slipway.launcher.LaunchHandle;
import io.slipway.launcher.ResourceUsage;
import io.slipway.model.Ending;
import io.slipway.model.ExecutionId;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A process as its launcher sees it. */
final class SupervisedProcess implements LaunchHandle {
  private static final long USAGE_SECONDS = 2;

  private final ExecutionId id;
  private final Path directory;
  private final ExecutionFiles files;
  private final CompletableFuture<Ending> exit = new CompletableFuture<>();
  // So that output which no keeper has read yet outlives both keeper and program.
  private final List<FileChannel> outputs = new ArrayList<>();
  private KeeperLink link;
  private int pid;
  private boolean over;

  SupervisedProcess(ExecutionId id, Path directory) {
    this.id = id;
    this.directory = directory;
    this.files = new ExecutionFiles(directory);
  }

  ExecutionId id() {
    return id;
  }

  Path directory() {
    return directory;
  }

  /** It runs under this keeper from now on. */
  synchronized void runs(KeeperLink keeper, int mainPid) {
    boolean first = link == null;
    link = keeper;
    pid = mainPid;
    if (first) {
      holdOutputs();
    } else {
      // A stop may have been written after the keeper had looked for one.
      link.tell(new Message.Stop(id.toString(), OptionalLong.empty()));
    }
  }

  synchronized Optional<KeeperLink> link() {
    return Optional.ofNullable(link);
  }

  private void holdOutputs() {
    for (String stream : List.of("stdout", "stderr")) {
      // With a writer there, the opening for reading does not wait for one.
      try (FileChannel writer =
          FileChannel.open(files.fifo(stream), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
        outputs.add(FileChannel.open(files.fifo(stream), StandardOpenOption.READ));
      } catch (IOException ended) {
        // Then there is nothing to hold.
      }
    }
    if (over) {
      letGo();
    }
  }

  /** It has ended. */
  void ended(Ending ending) {
    letGo();
    exit.complete(ending);
  }

  /** Nobody is told of its end any more. */
  synchronized void letGo() {
    over = true;
    for (FileChannel output : outputs) {
      try {
        output.close();
      } catch (IOException e) {
        // It was only held.
      }
    }
    outputs.clear();
  }

  @Override
  public CompletionStage<Ending> exit() {
    return exit.minimalCompletionStage();
  }

  @Override
  public synchronized void stop(Duration grace) {
    if (over) {
      return;
    }
    long deadline = BootClock.millisAfter(grace);
    try {
      files.writeStop(deadline);
    } catch (IOException e) {
      // The disk is full, say, and that by this very program: the keeper stops it all the same.
      link.tell(new Message.Stop(id.toString(), OptionalLong.of(deadline)));
      return;
    }
    link.tell(new Message.Stop(id.toString(), OptionalLong.empty()));
  }

  @Override
  public ResourceUsage usage() {
    KeeperLink keeper;
    synchronized (this) {
      if (over) {
        return ResourceUsage.UNKNOWN;
      }
      keeper = link;
    }
    try {
      Message reply =
          keeper
              .request(number -> new Message.Usage(number, id.toString()))
              .reply()
              .get(USAGE_SECONDS, TimeUnit.SECONDS);
      if (reply instanceof Message.Used used) {
        return new ResourceUsage(
            used.cpuNanos().isPresent()
                ? Optional.of(Duration.ofNanos(used.cpuNanos().getAsLong()))
                : Optional.empty(),
            used.memoryBytes());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      return ResourceUsage.UNKNOWN;
    }
    return ResourceUsage.UNKNOWN;
  }

  @Override
  public synchronized OptionalLong processId() {
    return OptionalLong.of(pid);
  }
}
