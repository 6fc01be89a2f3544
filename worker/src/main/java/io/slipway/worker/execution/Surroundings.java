package io.slipway.worker.execution;

import io.slipway.model.NanoClock;
import java.util.concurrent.ExecutorService;

/**
 * What the supervisors of one worker share.
 *
 * @param launchers by name
 * @param preparation brings what a process needs
 * @param gate lets only so many JVMs start at a time
 * @param ports chooses ports
 * @param threads runs what blocks; as many at a time as are asked for
 * @param clock for timers
 * @param monitor told what becomes of executions
 */
record Surroundings(
    InstalledLaunchers launchers,
    LaunchPreparation preparation,
    LaunchGate gate,
    PortAllocator ports,
    ExecutorService threads,
    NanoClock clock,
    ExecutionMonitor monitor) {}
