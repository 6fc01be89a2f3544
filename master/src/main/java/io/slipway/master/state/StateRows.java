package io.slipway.master.state;

import java.util.List;

/**
 * References to every row of a state at one moment, for a snapshot; in no order.
 *
 * @param meta what there is one of
 * @param workers the workers
 * @param applications the applications
 * @param executions the executions
 * @param answers the answered requests
 * @param deadlines the deadlines
 */
public record StateRows(
    Meta meta,
    List<Worker> workers,
    List<Application> applications,
    List<Execution> executions,
    List<AnsweredRequest> answers,
    List<Deadline> deadlines) {}
