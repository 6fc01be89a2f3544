package io.slipway.cli;

import io.slipway.launcher.docker.ImageService;
import io.slipway.launcher.docker.RuntimeImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code slipway docker-image}. */
@Command(
    name = "docker-image",
    sortOptions = false,
    description = {
      "Builds an image for the launcher 'docker' from what is on this machine: a Java runtime that"
          + " the JDK's jlink makes, the C library that it needs, and programs that you name."
          + " Nothing is downloaded. Prints the image's name.",
      "",
      "With --cluster it builds an image of master and worker instead: this distribution, run by an"
          + " account that is not root, its data in the volume /var/lib/slipway, with a health"
          + " check. docs/installation.md shows how to run it.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  slipway docker-image",
      "  slipway docker-image --program sh --program cat",
      "  slipway docker-image --cluster",
      "  slipway docker-image --to image.tar     then, elsewhere: docker load -i image.tar",
      "",
      "Exit codes: 0 built, 2 wrong use, 125 it could not be built; the message says why."
    })
final class DockerImageCommand implements Callable<Integer> {
  /** The engine's socket, unless another is named. */
  static final String DEFAULT_ENGINE = "/var/run/docker.sock";

  @Mixin private HelpOption help;

  @Option(names = "--cluster", description = "Build the image of master and worker.")
  private boolean cluster;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = {
        "The image's name. Default: the one that workers use unless told otherwise, slipway-java:N"
            + " with the version of Java; with --cluster slipway:VERSION. Without a tag it has"
            + " 'latest'.",
        "Example: --name tools:1"
      })
  private String name;

  @Option(
      names = "--program",
      paramLabel = "NAME",
      description = {
        "A program of this machine, to be put into the image as /bin/NAME with the libraries that"
            + " it needs. May be repeated.",
        "Example: --program sh"
      })
  private List<String> programs = new ArrayList<>();

  @Option(
      names = "--modules",
      paramLabel = "LIST",
      split = ",",
      description = {
        "The modules of the Java runtime. Default: what a program without a graphical interface"
            + " needs.",
        "Example: --modules java.base,java.logging"
      })
  private List<String> modules;

  @Option(
      names = "--engine",
      paramLabel = "SOCKET",
      converter = Converters.FilePath.class,
      description = {
        "The Docker engine's socket. Default: " + DEFAULT_ENGINE + ".",
        "Example: --engine /run/user/1000/docker.sock"
      })
  private Path engine = Path.of(DEFAULT_ENGINE);

  @Option(
      names = "--to",
      paramLabel = "FILE",
      converter = Converters.FilePath.class,
      description = {
        "Writes an archive for 'docker load' instead of loading it here.",
        "Example: --to image.tar"
      })
  private Path archive;

  @Option(
      names = "--if-missing",
      description = "Does nothing if the engine has an image of the name.")
  private boolean ifMissing;

  @Mixin private InputEndOption input;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    // What it leaves unfinished is removed with the rest of the quickstart.
    CompletableFuture<Void> unused = input.end().thenRun(() -> System.exit(ExitCodes.FAILED));
    Console console = new Console(spec.commandLine().getOut(), spec.commandLine().getErr());
    console.out().println(build());
    console.out().flush();
    return ExitCodes.OK;
  }

  private String build() throws InterruptedException {
    try {
      RuntimeImage image = image();
      if (archive != null) {
        image.write(archive);
      } else if (!ifMissing || !RuntimeImage.isLoaded(image.name(), engine)) {
        image.load(engine);
      }
      return image.name();
    } catch (IOException e) {
      throw CommandFailedException.failed("the image can't be built: " + e.getMessage(), e);
    } catch (NoClassDefFoundError e) {
      throw CommandFailedException.failed(
          "the launcher 'docker' is not there; its jar belongs into the directory 'launchers' of"
              + " the distribution",
          e);
    }
  }

  private RuntimeImage image() {
    Optional<ImageService> service = Optional.empty();
    String usualName = RuntimeImage.DEFAULT_NAME;
    if (cluster) {
      Path distribution =
          Distribution.home()
              .orElseThrow(() -> CommandFailedException.failed("start it with bin/slipway"));
      service = Optional.of(ClusterImage.of(distribution));
      usualName = ClusterImage.defaultName();
    }
    try {
      return new RuntimeImage(
          name == null ? usualName : name,
          modules == null ? RuntimeImage.DEFAULT_MODULES : modules,
          programs,
          service);
    } catch (IllegalArgumentException e) {
      throw CommandFailedException.usage("--name: " + e.getMessage());
    }
  }
}
