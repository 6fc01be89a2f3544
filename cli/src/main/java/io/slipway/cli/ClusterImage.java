package io.slipway.cli;

import io.slipway.launcher.docker.ImageService;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What makes an image one of masters and workers: this distribution, run by an account of its own.
 */
final class ClusterImage {
  private static final String HOME = "opt/slipway";
  private static final String DATA = "var/lib/slipway";
  private static final String HTTP = "127.0.0.1:9077";

  /** What {@code bin/slipway} calls, and what drivers that are scripts begin with. */
  private static final List<String> PROGRAMS =
      List.of(
          "sh",
          "cat",
          "chmod",
          "cp",
          "date",
          "df",
          "echo",
          "env",
          "id",
          "kill",
          "ls",
          "mkdir",
          "mv",
          "readlink",
          "rm",
          "sleep",
          "tail",
          "tr",
          "uname");

  private ClusterImage() {}

  /** The image's name, unless another is chosen. */
  static String defaultName() {
    return "slipway:" + Version.text();
  }

  static ImageService of(Path distribution) {
    return new ImageService(
        distribution,
        // Class archives hold for the runtime and the paths only that they were made with.
        List.of("cache"),
        HOME,
        PROGRAMS,
        "slipway",
        10001,
        DATA,
        List.of(DATA + "/tokens"),
        new TreeMap<>(
            Map.of(
                "SLIPWAY_TOKEN_DIR", "/" + DATA + "/tokens",
                "SLIPWAY_MASTER_DATA_DIR", "/" + DATA + "/master",
                "SLIPWAY_WORKER_WORK_DIR", "/" + DATA + "/worker",
                "SLIPWAY_MASTER_HTTP", HTTP,
                "SLIPWAY_WORKER_HTTP", HTTP)),
        List.of("/" + HOME + "/bin/slipway"),
        List.of(
            "java",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xmx16m",
            "-cp",
            "/" + HOME + "/lib/slipway-cli.jar",
            HealthCheck.class.getName(),
            "http://" + HTTP + "/healthz"));
  }
}
