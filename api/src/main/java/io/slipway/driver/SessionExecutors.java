package io.slipway.driver;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a session offers of its executors, profile by profile. Safe for use by several threads. */
final class SessionExecutors implements AutoCloseable {
  private final SessionProfiles profiles;
  private final SessionBoards boards;
  private final ExecutorDirectory directory;
  private final Map<String, SlipwayExecutor> executors = new LinkedHashMap<>();
  private final List<ProfileScaling> scalings = new ArrayList<>();

  SessionExecutors(
      SessionProfiles profiles,
      SessionBoards boards,
      ExecutorDirectory directory,
      MasterLink masters) {
    this.profiles = profiles;
    this.boards = boards;
    this.directory = directory;
    for (String profile : profiles.names()) {
      TaskBoard board = boards.of(profile);
      ProfileScaling scaling = new ProfileScaling(profile, board, masters, profiles.cores(profile));
      scalings.add(scaling);
      executors.put(profile, new BoardExecutor(profile, board, scaling, this));
    }
  }

  /** Of the profile that is meant where none is named. */
  SlipwayExecutor main() {
    return executors.get(profiles.main());
  }

  /** Of a profile. */
  SlipwayExecutor of(String profile) {
    SlipwayExecutor executor = executors.get(profile);
    if (executor == null) {
      throw new IllegalArgumentException(
          "this session has no profile '"
              + profile
              + "', but "
              + String.join(", ", profiles.names())
              + ": declare it with SessionBuilder.profile before the session is opened");
    }
    return executor;
  }

  /** A profile whose executors run tasks, for advice; empty text if there is none. */
  String advised() {
    return profiles.names().stream()
        .filter(name -> !profiles.isCommand(name))
        .findFirst()
        .map(name -> ", such as session.executor(\"" + name + "\")")
        .orElse("");
  }

  boolean isCommand(String profile) {
    return profiles.isCommand(profile);
  }

  /** How many of a profile are there: connected, or, where they are a command, running. */
  int there(String profile) {
    return profiles.isCommand(profile)
        ? directory.running(profile)
        : boards.of(profile).connectedExecutors();
  }

  /** Waits until so many of a profile are there. */
  boolean await(String profile, int count, Duration atMost) throws InterruptedException {
    return boards.arrivals().await(() -> there(profile), count, atMost);
  }

  /** Waits until so many of all profiles are there. */
  boolean await(int count, Duration atMost) throws InterruptedException {
    return boards
        .arrivals()
        .await(() -> profiles.names().stream().mapToInt(this::there).sum(), count, atMost);
  }

  /** Asks for no more executors. Idempotent. */
  @Override
  public void close() {
    scalings.forEach(ProfileScaling::close);
  }
}
