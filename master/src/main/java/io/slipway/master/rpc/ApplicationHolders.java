package io.slipway.master.rpc;

import io.slipway.master.artifact.ArtifactCollector;
import io.slipway.master.decide.Request;
import io.slipway.master.state.Application;
import io.slipway.model.Digest;
import io.slipway.model.LaunchTemplate;
import io.slipway.rpc.mapping.TemplateMessages;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/** The applications of the state, as those who refer to artifacts. */
public final class ApplicationHolders implements ArtifactCollector.Holders {
  private static final long PATIENCE_SECONDS = 10;

  private final Function<Request<List<Application>>, CompletionStage<List<Application>>> loop;

  /** Asks the loop; a master that does not lead can't tell. */
  public ApplicationHolders(
      Function<Request<List<Application>>, CompletionStage<List<Application>>> loop) {
    this.loop = loop;
  }

  @Override
  public List<ArtifactCollector.Holder> find() throws IOException, InterruptedException {
    try {
      return loop
          .apply(new Request.ListAllApplications())
          .toCompletableFuture()
          .get(PATIENCE_SECONDS, TimeUnit.SECONDS)
          .stream()
          .map(ApplicationHolders::holder)
          .toList();
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException("who refers to artifacts can't be told now: " + e.getMessage(), e);
    }
  }

  private static ArtifactCollector.Holder holder(Application row) {
    Set<Digest> artifacts = new HashSet<>();
    row.submission().spec().driver().ifPresent(template -> add(template, artifacts));
    row.submission().spec().profiles().forEach(each -> add(each.template(), artifacts));
    row.profiles().forEach(each -> add(each.template(), artifacts));
    return new ArtifactCollector.Holder(
        row.id() + " of " + row.submission().owner() + ", " + row.state(), artifacts);
  }

  private static void add(LaunchTemplate template, Set<Digest> artifacts) {
    TemplateMessages.artifacts(template).forEach(artifact -> artifacts.add(artifact.digest()));
  }
}
