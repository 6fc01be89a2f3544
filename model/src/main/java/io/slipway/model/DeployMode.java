package io.slipway.model;

/** Says where the driver of an application runs. */
public enum DeployMode {
  /** Beside the submitter, in a process that the submitter started or is. */
  CLIENT,
  /** On a worker, in a process that the worker launches. */
  CLUSTER;

  /** The word that commands, environment and documents use: {@code client} or {@code cluster}. */
  public String word() {
    return this == CLIENT ? "client" : "cluster";
  }
}
