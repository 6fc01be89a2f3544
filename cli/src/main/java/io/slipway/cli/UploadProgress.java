package io.slipway.cli;

import io.slipway.client.LocalArtifact;
import io.slipway.client.UploadListener;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows on a terminal how far uploads have come; says nothing elsewhere, or for small files. */
final class UploadProgress implements UploadListener, AutoCloseable {
  private static final long WORTH_SHOWING = 2 << 20;
  private static final int MIB = 1 << 20;

  private final boolean onTerminal;
  private LocalArtifact shown;
  private ProgressBar bar;

  /** For the standard error of this process. */
  UploadProgress(boolean onTerminal) {
    this.onTerminal = onTerminal;
  }

  @Override
  public void progress(LocalArtifact artifact, long sentBytes) {
    if (!onTerminal || artifact.reference().sizeBytes() < WORTH_SHOWING) {
      return;
    }
    if (artifact != shown) {
      close();
      shown = artifact;
      bar =
          new ProgressBarBuilder()
              .setTaskName(TextTable.printable(artifact.reference().name()))
              .setInitialMax(artifact.reference().sizeBytes())
              .setUnit("MiB", MIB)
              .setStyle(ProgressBarStyle.ASCII)
              .setUpdateIntervalMillis(200)
              .clearDisplayOnFinish()
              .build();
    }
    bar.stepTo(sentBytes);
  }

  /** Removes the bar. */
  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
