package io.slipway.driver;

import io.slipway.model.ApplicationId;
import io.slipway.model.DeployMode;
import io.slipway.model.Ending;
import io.slipway.model.ExitStatus;
import io.slipway.model.StopKind;
import io.slipway.proto.application.v1.UpdateApplicationRequest;
import io.slipway.rpc.RpcServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * A session that has been opened; what it consists of is put together by {@link SessionOpening}.
 */
final class OpenSession implements SlipwaySession {
  private static final Duration LEAVING = Duration.ofSeconds(2);
  private static final Duration BAR_DRAWN_EVERY = Duration.ofMillis(100);

  private final ApplicationId application;
  private final DeployMode mode;
  private final int attempt;
  private final SessionBoards boards;
  private final BroadcastShelf broadcasts;
  private final DriverEndpoint endpoint;
  private final RpcServer server;
  private final ExecutorDirectory directory;
  private final SessionEvents events;
  private final MasterLink masters;
  private final SessionExecutors executors;
  private final SessionEnd end;
  private final Runnable afterwards;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final AtomicBoolean progressShown = new AtomicBoolean();
  private volatile TerminalProgressBar bar;
  private boolean closing;

  OpenSession(
      ApplicationId application,
      DeployMode mode,
      int attempt,
      SessionBoards boards,
      BroadcastShelf broadcasts,
      DriverEndpoint endpoint,
      RpcServer server,
      ExecutorDirectory directory,
      SessionEvents events,
      MasterLink masters,
      SessionExecutors executors,
      SessionEnd end,
      Runnable afterwards) {
    this.application = application;
    this.mode = mode;
    this.attempt = attempt;
    this.boards = boards;
    this.broadcasts = broadcasts;
    this.endpoint = endpoint;
    this.server = server;
    this.directory = directory;
    this.events = events;
    this.masters = masters;
    this.end = end;
    this.afterwards = afterwards;
    this.executors = executors;
  }

  private synchronized void checkOpen() {
    if (closing) {
      throw new IllegalStateException(
          "the session of " + application + " has been closed: open another one to go on");
    }
  }

  @Override
  public ApplicationId applicationId() {
    return application;
  }

  @Override
  public DeployMode deployMode() {
    return mode;
  }

  @Override
  public int attempt() {
    return attempt;
  }

  @Override
  public SlipwayExecutor executor() {
    return executors.main();
  }

  @Override
  public SlipwayExecutor executor(String profile) {
    return executors.of(profile);
  }

  @Override
  public <T> Broadcast<T> broadcast(T value) {
    checkOpen();
    return broadcasts.add(value);
  }

  @Override
  public Broadcast<Path> broadcastFile(Path file) throws IOException {
    checkOpen();
    return broadcasts.addFile(file);
  }

  @Override
  public List<ExecutorView> executors() {
    return directory.views(boards);
  }

  @Override
  public void addListener(SessionListener listener) {
    checkOpen();
    events.add(listener);
  }

  @Override
  public void addProgressListener(Duration every, Consumer<TaskProgress> listener) {
    checkOpen();
    events.add(every, listener);
  }

  @Override
  public void showProgress(String label, long expected) {
    checkOpen();
    if (!progressShown.compareAndSet(false, true)) {
      throw new IllegalStateException(
          "the progress of this session is shown already: one bar tells of all of its tasks");
    }
    try {
      TerminalProgressBar.columnsOfStandardError()
          .ifPresent(
              columns -> {
                TerminalProgressBar made =
                    new TerminalProgressBar(System.err, columns, label, expected);
                bar = made;
                events.add(BAR_DRAWN_EVERY, made);
              });
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // without a bar
    }
  }

  @Override
  public TaskProgress taskProgress() {
    return boards.progress();
  }

  @Override
  public boolean awaitExecutors(int count, Duration atMost) throws InterruptedException {
    checkOpen();
    return executors.await(count, atMost);
  }

  @Override
  public String waitingReason() {
    String trouble = masters.trouble();
    return trouble.isEmpty() ? directory.waitingReason() : trouble;
  }

  @Override
  public void releaseExecutors(List<Integer> numbers) {
    checkOpen();
    masters.release(numbers);
  }

  @Override
  public void setProgress(double progress) {
    if (!(progress >= 0 && progress <= 1)) {
      throw new IllegalArgumentException("progress " + progress + " is not between 0 and 1");
    }
    checkOpen();
    masters.update(UpdateApplicationRequest.newBuilder().setProgress(progress).build());
  }

  @Override
  public void setPage(String url) {
    checkOpen();
    masters.update(UpdateApplicationRequest.newBuilder().setPageUrl(url).build());
  }

  @Override
  public void close() {
    close(
        new SessionClosedException(
            "the session has been closed: wait for results before that, or open another one"),
        Ending.exited(0));
  }

  @Override
  public void close(Throwable failure) {
    SessionClosedException reason =
        new SessionClosedException("the session has been closed: " + failure);
    reason.initCause(failure);
    close(reason, ended(Optional.empty(), failure.toString()));
  }

  /** The application is being ended by request. */
  void endByRequest(String byWhom) {
    close(
        new SessionClosedException("the application is being ended: " + byWhom),
        ended(Optional.of(StopKind.ASKED), "ended by request: " + byWhom));
  }

  /** The JVM ends, and nobody has closed the session. */
  void endUnclosed() {
    String cause = "ended without closing its session";
    close(new SessionClosedException("the program " + cause), ended(Optional.empty(), cause));
  }

  /** The masters do not know this session any more. */
  void fenced(String why) {
    executors.close();
    boards.end(new SessionClosedException("the masters have ended this session: " + why));
    endpoint.beginClosing();
  }

  private static Ending ended(Optional<StopKind> stop, String cause) {
    return new Ending(new ExitStatus.Exited(1), false, stop, cause);
  }

  private void close(SessionClosedException reason, Ending ending) {
    boolean first;
    synchronized (this) {
      first = !closing;
      closing = true;
    }
    if (!first) {
      awaitClosed();
      return;
    }
    executors.close();
    endpoint.beginClosing();
    boards.end(reason);
    boolean interrupted = Thread.interrupted();
    try {
      String trouble = end.tell(ending);
      if (!trouble.isEmpty()) {
        System.getLogger(OpenSession.class.getPackageName())
            .log(System.Logger.Level.WARNING, notRecorded(ending, trouble));
      }
    } catch (InterruptedException e) {
      interrupted = true;
    } finally {
      masters.close();
      server.close(LEAVING);
      broadcasts.close();
      events.close();
      TerminalProgressBar drawn = bar;
      if (drawn != null) {
        drawn.close();
      }
      afterwards.run();
      closed.countDown();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private String notRecorded(Ending ending, String trouble) {
    return "the session of "
        + application
        + " has ended ("
        + ending.status()
        + "), and no master could record that: "
        + trouble
        + ". The application will be listed as LOST";
  }

  private void awaitClosed() {
    try {
      closed.await(LEAVING.toMillis() * 5, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
