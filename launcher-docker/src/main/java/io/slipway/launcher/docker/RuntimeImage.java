package io.slipway.launcher.docker;

import io.slipway.launcher.LaunchBinder;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * An image with a Java runtime that {@code jlink} makes, the C library that it needs, and further
 * programs of this machine with theirs: nothing is downloaded.
 */
public final class RuntimeImage {
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

  private static final String JAVA_HOME = "/opt/java";
  private static final int EXECUTABLE = 0755;
  private static final int READABLE = 0644;
  private static final int EVERYBODY = 01777;

  /** {@code NAME => PATH (ADDRESS)}, or for the loader {@code PATH (ADDRESS)}. */
  private static final Pattern LIBRARY = Pattern.compile("(?:\\S+ => )?(/\\S+) \\(0x[0-9a-f]+\\)");

  private final SortedMap<String, Path> files = new TreeMap<>();
  private final SortedMap<String, String> texts = new TreeMap<>();
  private final SortedMap<String, String> links = new TreeMap<>();
  private final Deque<Path> needLibraries = new ArrayDeque<>();
  private Path runtime;

  private RuntimeImage() {
    texts.put(
        "etc/passwd", "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n");
    texts.put("etc/group", "root:x:0:\nnogroup:x:65534:\n");
    texts.put("etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n");
    links.put("usr/bin", "../bin");
    links.put("bin/java", ".." + JAVA_HOME + "/bin/java");
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
   * Builds an image and loads it into an engine; blocks for some seconds.
   *
   * @param name of the image
   * @param modules of the Java runtime, which this JVM's JDK makes
   * @param programs of this machine, to be put into the image as {@code /bin/NAME}
   * @param engine the engine's socket
   * @throws IOException with a reason for people
   */
  public static void load(String name, List<String> modules, List<String> programs, Path engine)
      throws IOException, InterruptedException {
    Engine loader = new Engine(engine);
    try (loader) {
      loader.ping();
      build(
          modules,
          programs,
          (image, scratch) -> {
            Path archive = scratch.resolve("image.tar");
            image.write(name, scratch, archive);
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
   * Builds an image and writes it as an archive that {@code docker load} reads; blocks for some
   * seconds.
   *
   * @param name of the image
   * @param modules of the Java runtime, which this JVM's JDK makes
   * @param programs of this machine, to be put into the image as {@code /bin/NAME}
   * @param archive the file
   * @throws IOException with a reason for people
   */
  public static void write(String name, List<String> modules, List<String> programs, Path archive)
      throws IOException, InterruptedException {
    build(modules, programs, (image, scratch) -> image.write(name, scratch, archive));
  }

  private interface Use {
    void with(RuntimeImage image, Path scratch) throws IOException, InterruptedException;
  }

  private static void build(List<String> modules, List<String> programs, Use use)
      throws IOException, InterruptedException {
    Path scratch = Files.createTempDirectory("slipway-docker-image");
    try {
      RuntimeImage image = new RuntimeImage();
      for (String program : programs) {
        image.addProgram(program);
      }
      image.addLocale();
      image.addJava(String.join(",", modules), Path.of(System.getProperty("java.home")), scratch);
      image.addLibraries();
      use.with(image, scratch);
    } finally {
      try (Stream<Path> files = Files.walk(scratch)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  /**
   * Adds a Java runtime.
   *
   * @param modules of it
   * @param jdk whose {@code jlink} makes it
   * @param scratch an existing directory for it
   */
  private void addJava(String modules, Path jdk, Path scratch)
      throws IOException, InterruptedException {
    Path jlink = jdk.resolve("bin/jlink");
    if (!Files.isExecutable(jlink)) {
      throw new IOException("there is no " + jlink + ": a JDK is needed, not only a Java runtime");
    }
    runtime = scratch.toRealPath().resolve("java");
    run(
        List.of(
            jlink.toString(),
            "--add-modules",
            modules,
            "--strip-debug",
            "--no-man-pages",
            "--no-header-files",
            "--output",
            runtime.toString()));
    // Without its class archive a JVM takes twice as long to start.
    run(List.of(runtime.resolve("bin/java").toString(), "-Xshare:dump"));
    try (Stream<Path> all = Files.walk(runtime)) {
      for (Path file : (Iterable<Path>) all.sorted()::iterator) {
        String name = JAVA_HOME.substring(1) + "/" + runtime.relativize(file);
        if (Files.isSymbolicLink(file)) {
          links.put(name, Files.readSymbolicLink(file).toString());
        } else if (Files.isRegularFile(file)) {
          files.put(name, file);
          if (Files.isExecutable(file) || name.endsWith(".so")) {
            needLibraries.add(file);
          }
        }
      }
    }
  }

  /**
   * Adds a program of this machine, as {@code /bin/NAME}.
   *
   * @param name looked up in {@code PATH}
   */
  private void addProgram(String name) throws IOException {
    for (String directory : System.getenv().getOrDefault("PATH", "/usr/bin:/bin").split(":")) {
      Path program = Path.of(directory).resolve(name);
      if (Files.isRegularFile(program) && Files.isExecutable(program)) {
        files.put("bin/" + name, program);
        needLibraries.add(program);
        return;
      }
    }
    throw new IOException("there is no program '" + name + "' on this machine");
  }

  /** Adds the locale of UTF-8 without a language, if this machine's C library has it as files. */
  private void addLocale() throws IOException {
    for (String name : List.of("C.utf8", "C.UTF-8")) {
      Path locale = Path.of("/usr/lib/locale").resolve(name);
      if (Files.isDirectory(locale)) {
        try (Stream<Path> all = Files.walk(locale)) {
          all.filter(Files::isRegularFile)
              .forEach(file -> files.put(file.toString().substring(1), file));
        }
      }
    }
  }

  private void write(String name, Path scratch, Path archive) throws IOException {
    Path layer = scratch.resolve("layer.tar");
    String layerDigest;
    try (DigestOutputStream out =
        new DigestOutputStream(new BufferedOutputStream(Files.newOutputStream(layer)), sha256())) {
      writeLayer(out);
      layerDigest = HexFormat.of().formatHex(out.getMessageDigest().digest());
    }
    byte[] config = config(layerDigest).getBytes(StandardCharsets.UTF_8);
    String configName = HexFormat.of().formatHex(sha256().digest(config)) + ".json";
    String manifest =
        "[{\"Config\":\""
            + configName
            + "\",\"RepoTags\":[\""
            + name
            + "\"],\"Layers\":[\"layer.tar\"]}]";
    try (TarArchiveOutputStream tar =
        tar(new BufferedOutputStream(Files.newOutputStream(archive)))) {
      put(tar, "manifest.json", manifest.getBytes(StandardCharsets.UTF_8), READABLE);
      put(tar, configName, config, READABLE);
      put(tar, "layer.tar", layer, READABLE);
    }
  }

  private void addLibraries() throws IOException, InterruptedException {
    while (!needLibraries.isEmpty()) {
      Path binary = needLibraries.remove();
      Matcher matcher = LIBRARY.matcher(libraries(binary));
      while (matcher.find()) {
        Path library = Path.of(matcher.group(1));
        String name = library.normalize().toString().substring(1);
        boolean ofRuntime = runtime != null && library.startsWith(runtime);
        if (!ofRuntime && files.putIfAbsent(name, library) == null) {
          addNameService(library);
        }
      }
    }
  }

  /** Older C libraries load these by name when a host is looked up. */
  private void addNameService(Path library) {
    if (library.getFileName().toString().startsWith("libc.so")) {
      for (String name : List.of("libnss_dns.so.2", "libnss_files.so.2", "libresolv.so.2")) {
        Path service = library.resolveSibling(name);
        if (Files.exists(service)) {
          files.put(service.normalize().toString().substring(1), service);
        }
      }
    }
  }

  private static String libraries(Path binary) throws IOException, InterruptedException {
    Process ldd = new ProcessBuilder("ldd", binary.toString()).redirectErrorStream(true).start();
    String answer = new String(ldd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    // Of a program without libraries and of a script it says so, with a code of its own.
    ldd.waitFor();
    return answer;
  }

  private void writeLayer(OutputStream out) throws IOException {
    SortedMap<String, Integer> directories = new TreeMap<>();
    Stream.of(files.keySet(), texts.keySet(), links.keySet())
        .flatMap(names -> names.stream())
        .forEach(
            name -> {
              for (int slash = name.indexOf('/'); slash > 0; slash = name.indexOf('/', slash + 1)) {
                directories.put(name.substring(0, slash) + "/", EXECUTABLE);
              }
            });
    directories.put("root/", EXECUTABLE);
    directories.put("tmp/", EVERYBODY);
    try (TarArchiveOutputStream tar = tar(out)) {
      for (Map.Entry<String, Integer> directory : directories.entrySet()) {
        TarArchiveEntry entry = new TarArchiveEntry(directory.getKey());
        entry.setMode(directory.getValue());
        close(tar, entry);
      }
      for (Map.Entry<String, String> text : texts.entrySet()) {
        put(tar, text.getKey(), text.getValue().getBytes(StandardCharsets.UTF_8), READABLE);
      }
      for (Map.Entry<String, String> link : links.entrySet()) {
        TarArchiveEntry entry = new TarArchiveEntry(link.getKey(), TarArchiveEntry.LF_SYMLINK);
        entry.setLinkName(link.getValue());
        close(tar, entry);
      }
      for (Map.Entry<String, Path> file : files.entrySet()) {
        put(
            tar,
            file.getKey(),
            file.getValue(),
            Files.isExecutable(file.getValue()) ? EXECUTABLE : READABLE);
      }
    }
  }

  private static TarArchiveOutputStream tar(OutputStream out) {
    TarArchiveOutputStream tar = new TarArchiveOutputStream(out, "UTF-8");
    tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    return tar;
  }

  private static void put(TarArchiveOutputStream tar, String name, byte[] content, int mode)
      throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name);
    entry.setSize(content.length);
    entry.setMode(mode);
    entry.setModTime(0);
    tar.putArchiveEntry(entry);
    tar.write(content);
    tar.closeArchiveEntry();
  }

  private static void put(TarArchiveOutputStream tar, String name, Path content, int mode)
      throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name);
    entry.setSize(Files.size(content));
    entry.setMode(mode);
    entry.setModTime(0);
    tar.putArchiveEntry(entry);
    try (InputStream in = Files.newInputStream(content)) {
      in.transferTo(tar);
    }
    tar.closeArchiveEntry();
  }

  private static void close(TarArchiveOutputStream tar, TarArchiveEntry entry) throws IOException {
    entry.setModTime(0);
    tar.putArchiveEntry(entry);
    tar.closeArchiveEntry();
  }

  private String config(String layerDigest) {
    String architecture =
        switch (System.getProperty("os.arch")) {
          case "amd64", "x86_64" -> "amd64";
          case "aarch64" -> "arm64";
          default -> System.getProperty("os.arch");
        };
    return "{\"architecture\":\""
        + architecture
        + "\",\"os\":\"linux\",\"created\":\"1970-01-01T00:00:00Z\",\"config\":{\"Env\":["
        + "\"PATH="
        + LaunchBinder.DEFAULT_PATH
        + "\"]},\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"sha256:"
        + layerDigest
        + "\"]},\"history\":[{\"created\":\"1970-01-01T00:00:00Z\","
        + "\"created_by\":\"slipway docker-image\"}]}";
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JVM has it", e);
    }
  }

  private static void run(List<String> command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(new ArrayList<>(command)).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(String.join(" ", command) + " failed: " + output.strip());
    }
  }
}
