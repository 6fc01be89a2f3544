package io.slipway.launcher.docker;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.slipway.launcher.LaunchBinder;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * An image with a Java runtime that {@code jlink} makes, the C library that it needs, and further
 * programs of this machine with theirs: nothing is downloaded. It is for executions of this
 * launcher; or, with a service in it, for that.
 *
 * @param name of the image; without a tag it has {@code latest}
 * @param modules of the Java runtime, which this JVM's JDK makes
 * @param programs of this machine, to be put into the image as {@code /bin/NAME}
 * @param service what else is in it and how that is started; empty if the image is for executions
 */
public record RuntimeImage(
    String name, List<String> modules, List<String> programs, Optional<ImageService> service) {
  /** The name of the image that executions run in if nobody chooses one. */
  public static final String DEFAULT_NAME = "slipway-java:" + Runtime.version().feature();

  /** What a program without a graphical interface needs. */
  public static final List<String> DEFAULT_MODULES =
      List.of(
          "java.compiler",
          "java.instrument",
          "java.logging",
          "java.management",
          "java.management.rmi",
          "java.naming",
          "java.net.http",
          "java.prefs",
          "java.rmi",
          "java.scripting",
          "java.security.jgss",
          "java.sql",
          "java.sql.rowset",
          "java.transaction.xa",
          "java.xml",
          "java.xml.crypto",
          "jdk.charsets",
          "jdk.crypto.ec",
          "jdk.httpserver",
          "jdk.jfr",
          "jdk.management",
          "jdk.naming.dns",
          "jdk.net",
          "jdk.unsupported",
          "jdk.zipfs");

  /** Of the engine's grammar, what names an image that is made here. */
  private static final Pattern NAME =
      Pattern.compile(
          "(?:[A-Za-z0-9.-]+(?::[0-9]+)?/)?[a-z0-9]+(?:[._/-]+[a-z0-9]+)*"
              + "(?::[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?");

  private static final Duration HEALTH_INTERVAL = Duration.ofSeconds(10);
  private static final Duration HEALTH_START = Duration.ofSeconds(60);

  /**
   * Copies.
   *
   * @throws IllegalArgumentException if an engine would not take the name
   */
  public RuntimeImage {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "'"
              + name
              + "' is no image's name: lower-case letters, digits, and . _ - / between them, then"
              + " perhaps ':' and a tag");
    }
    // An engine that loads an archive passes over a name without a tag, and says nothing.
    if (name.indexOf(':', name.lastIndexOf('/') + 1) < 0) {
      name = name + ":latest";
    }
    modules = List.copyOf(modules);
    programs = List.copyOf(programs);
  }

  /**
   * Whether an engine has an image.
   *
   * @param name of the image
   * @param engine the engine's socket
   * @throws IOException with a reason for people, if the engine can't be asked
   */
  public static boolean isLoaded(String name, Path engine) throws IOException {
    Engine asked = new Engine(engine);
    try (asked) {
      return asked.findImage(name).isPresent();
    } catch (EngineException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /**
   * Builds the image and loads it into an engine; blocks for some seconds.
   *
   * @param engine the engine's socket
   * @throws IOException with a reason for people
   */
  public void load(Path engine) throws IOException, InterruptedException {
    Engine loader = new Engine(engine);
    try (loader) {
      loader.ping();
      build(
          (layer, scratch) -> {
            Path archive = scratch.resolve("image.tar");
            write(layer, scratch, archive);
            try (InputStream in = Files.newInputStream(archive)) {
              loader.load(in);
            } catch (EngineException e) {
              throw new IOException(e.getMessage(), e);
            }
          });
    } catch (EngineException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /**
   * Builds the image and writes it as an archive that {@code docker load} reads; blocks for some
   * seconds.
   *
   * @param archive the file
   * @throws IOException with a reason for people
   */
  public void write(Path archive) throws IOException, InterruptedException {
    build((layer, scratch) -> write(layer, scratch, archive));
  }

  private interface Use {
    void with(ImageLayer layer, Path scratch) throws IOException, InterruptedException;
  }

  private void build(Use use) throws IOException, InterruptedException {
    Path scratch = Files.createTempDirectory("slipway-docker-image");
    try {
      ImageLayer layer = new ImageLayer();
      if (service.isPresent()) {
        layer.addService(service.get());
      }
      for (String program : programs) {
        layer.addProgram(program);
      }
      layer.addLocale();
      layer.addJava(String.join(",", modules), Path.of(System.getProperty("java.home")), scratch);
      layer.addLibraries();
      use.with(layer, scratch);
    } finally {
      try (Stream<Path> files = Files.walk(scratch)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private void write(ImageLayer layer, Path scratch, Path archive) throws IOException {
    Path tarred = scratch.resolve("layer.tar");
    String digest;
    try (DigestOutputStream out =
        new DigestOutputStream(new BufferedOutputStream(Files.newOutputStream(tarred)), sha256())) {
      layer.write(out);
      digest = HexFormat.of().formatHex(out.getMessageDigest().digest());
    }
    ObjectMapper json = new ObjectMapper();
    byte[] config = json.writeValueAsBytes(config(digest));
    String configName = HexFormat.of().formatHex(sha256().digest(config)) + ".json";
    List<Map<String, Object>> manifest =
        List.of(
            Map.of(
                "Config", configName, "RepoTags", List.of(name), "Layers", List.of("layer.tar")));
    try (TarArchiveOutputStream tar =
        ImageLayer.tar(new BufferedOutputStream(Files.newOutputStream(archive)))) {
      ImageLayer.put(tar, "manifest.json", json.writeValueAsBytes(manifest));
      ImageLayer.put(tar, configName, config);
      ImageLayer.put(tar, "layer.tar", tarred);
    }
  }

  private Map<String, Object> config(String layerDigest) {
    String architecture =
        switch (System.getProperty("os.arch")) {
          case "amd64", "x86_64" -> "amd64";
          case "aarch64" -> "arm64";
          default -> System.getProperty("os.arch");
        };
    String epoch = "1970-01-01T00:00:00Z";
    // In this order, so that the same image is the same bytes.
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("architecture", architecture);
    config.put("os", "linux");
    config.put("created", epoch);
    config.put("config", service.map(RuntimeImage::start).orElseGet(RuntimeImage::start));
    config.put("rootfs", ordered("type", "layers", "diff_ids", List.of("sha256:" + layerDigest)));
    config.put("history", List.of(ordered("created", epoch, "created_by", "slipway docker-image")));
    return config;
  }

  private static Map<String, Object> start() {
    return ordered("Env", List.of("PATH=" + LaunchBinder.DEFAULT_PATH));
  }

  private static Map<String, Object> start(ImageService service) {
    String data = "/" + service.data();
    List<String> environment = new ArrayList<>();
    environment.add("PATH=/" + service.home() + "/bin:" + LaunchBinder.DEFAULT_PATH);
    environment.add("JAVA_HOME=" + ImageLayer.JAVA_HOME);
    environment.add("HOME=" + data);
    service.environment().forEach((name, value) -> environment.add(name + "=" + value));
    return ordered(
        "User",
        service.number() + ":" + service.number(),
        "Env",
        environment,
        "Entrypoint",
        service.entryPoint(),
        "Cmd",
        List.of("--help"),
        "WorkingDir",
        data,
        "Volumes",
        Map.of(data, Map.of()),
        "Healthcheck",
        ordered(
            "Test",
            Stream.concat(Stream.of("CMD"), service.healthCheck().stream()).toList(),
            "Interval",
            HEALTH_INTERVAL.toNanos(),
            "Timeout",
            HEALTH_INTERVAL.toNanos(),
            "StartPeriod",
            HEALTH_START.toNanos(),
            "Retries",
            3));
  }

  private static Map<String, Object> ordered(Object... namesAndValues) {
    Map<String, Object> all = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      all.put((String) namesAndValues[i], namesAndValues[i + 1]);
    }
    return all;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JVM has it", e);
    }
  }
}
