package io.slipway.client;

import io.slipway.model.ApplicationId;
import io.slipway.model.ApplicationState;
import io.slipway.model.DeployMode;
import io.slipway.model.Ending;
import io.slipway.model.HostPort;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * An application as its cluster knew it at one moment.
 *
 * @param id its id
 * @param name its name
 * @param owner the principal that submitted it
 * @param deployMode where its driver runs
 * @param state where it is in its life
 * @param reason why it is in this state, in words; what it waits for while {@code QUEUED}; may be
 *     empty
 * @param attempt the driver attempt, from 1; 0 while there was none
 * @param ending how the last driver attempt ended, once it has
 * @param driverAddress where the driver serves its executors, if it registered that
 * @param pageUrl the driver's web page, if it has one
 * @param progress 0 to 1, if the driver tells it
 * @param submitTime by the master's clock
 * @param startTime once it was {@code RUNNING}
 * @param endTime once its state is final
 * @param executorsRunning executors whose processes run
 * @param executorsWanted the sum of its targets
 * @param cores cores that it holds now
 * @param driverTemplateDigest SHA-256 of the driver's template; empty without one
 * @param killedBy who asked for its end; empty if nobody did
 * @param timeLimit how long it may run, if that is limited
 * @param timeLimitPassed whether it ends, or has ended, because that passed
 */
public record ApplicationReport(
    ApplicationId id,
    String name,
    String owner,
    DeployMode deployMode,
    ApplicationState state,
    String reason,
    int attempt,
    Optional<Ending> ending,
    Optional<HostPort> driverAddress,
    Optional<String> pageUrl,
    OptionalDouble progress,
    Instant submitTime,
    Optional<Instant> startTime,
    Optional<Instant> endTime,
    int executorsRunning,
    int executorsWanted,
    int cores,
    String driverTemplateDigest,
    String killedBy,
    Optional<Duration> timeLimit,
    boolean timeLimitPassed) {}
