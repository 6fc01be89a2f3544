package io.slipway.launcher.docker;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** The files of an image: a Java runtime, programs of this machine, and the libraries of both. */
final class ImageLayer {
  /** Where the Java runtime is. */
  static final String JAVA_HOME = "/opt/java";

  private static final int EXECUTABLE = 0755;
  private static final int READABLE = 0644;
  private static final int PRIVATE = 0700;
  private static final int EVERYBODY = 01777;

  /** {@code NAME => PATH (ADDRESS)}, or for the loader {@code PATH (ADDRESS)}. */
  private static final Pattern LIBRARY = Pattern.compile("(?:\\S+ => )?(/\\S+) \\(0x[0-9a-f]+\\)");

  private final SortedMap<String, Path> files = new TreeMap<>();
  private final SortedMap<String, String> texts = new TreeMap<>();
  private final SortedMap<String, String> links = new TreeMap<>();

  /** Directories of an account of its own, with its number. */
  private final SortedMap<String, Integer> owned = new TreeMap<>();

  private final Deque<Path> needLibraries = new ArrayDeque<>();
  private Path runtime;

  ImageLayer() {
    texts.put("etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n");
    links.put("usr/bin", "../bin");
    links.put("bin/java", ".." + JAVA_HOME + "/bin/java");
    accounts("", "");
  }

  private void accounts(String users, String groups) {
    texts.put(
        "etc/passwd",
        "root:x:0:0:root:/root:/bin/sh\n" + users + "nobody:x:65534:65534:nobody:/:/bin/false\n");
    texts.put("etc/group", "root:x:0:\n" + groups + "nogroup:x:65534:\n");
  }

  /** Adds what a service needs. */
  void addService(ImageService service) throws IOException {
    try (Stream<Path> all = Files.walk(service.files())) {
      for (Path file : (Iterable<Path>) all.sorted()::iterator) {
        Path inside = service.files().relativize(file);
        if (Files.isRegularFile(file) && !service.except().contains(inside.getName(0).toString())) {
          files.put(service.home() + "/" + inside, file);
        }
      }
    }
    String name = service.account();
    int number = service.number();
    String ids = ":x:" + number + ":";
    accounts(
        name + ids + number + ":" + name + ":/" + service.data() + ":/bin/sh\n", name + ids + "\n");
    owned.put(service.data() + "/", number);
    // A new volume takes over the owner and the mode of the directory that it is put at.
    service.privateDirectories().forEach(directory -> owned.put(directory + "/", number));
    for (String program : service.programs()) {
      addProgram(program);
    }
  }

  /**
   * Adds a Java runtime.
   *
   * @param modules of it
   * @param jdk whose {@code jlink} makes it
   * @param scratch an existing directory for it
   */
  void addJava(String modules, Path jdk, Path scratch) throws IOException, InterruptedException {
    Path jlink = jdk.resolve("bin/jlink");
    if (!Files.isExecutable(jlink)) {
      throw new IOException("there is no " + jlink + ": a JDK is needed, not only a Java runtime");
    }
    runtime = scratch.toRealPath().resolve("java");
    run(
        List.of(
            jlink.toString(),
            // It runs too shortly for more; a third less of the processors' time.
            "-J-XX:TieredStopAtLevel=1",
            "-J-XX:+UseSerialGC",
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
  void addProgram(String name) throws IOException {
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
  void addLocale() throws IOException {
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

  /** Adds the libraries of all that was added. */
  void addLibraries() throws IOException, InterruptedException {
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

  /** Writes it as a tar file, the same for the same files. */
  void write(OutputStream out) throws IOException {
    SortedMap<String, Integer> directories = new TreeMap<>();
    Stream.of(files.keySet(), texts.keySet(), links.keySet(), owned.keySet())
        .flatMap(names -> names.stream())
        .forEach(
            name -> {
              for (int slash = name.indexOf('/'); slash > 0; slash = name.indexOf('/', slash + 1)) {
                directories.put(name.substring(0, slash) + "/", EXECUTABLE);
              }
            });
    directories.put("root/", EXECUTABLE);
    directories.put("tmp/", EVERYBODY);
    owned.keySet().forEach(name -> directories.put(name, PRIVATE));
    try (TarArchiveOutputStream tar = tar(out)) {
      for (Map.Entry<String, Integer> directory : directories.entrySet()) {
        TarArchiveEntry entry = new TarArchiveEntry(directory.getKey());
        entry.setMode(directory.getValue());
        int owner = owned.getOrDefault(directory.getKey(), 0);
        entry.setIds(owner, owner);
        close(tar, entry);
      }
      for (Map.Entry<String, String> text : texts.entrySet()) {
        put(tar, text.getKey(), text.getValue().getBytes(StandardCharsets.UTF_8));
      }
      for (Map.Entry<String, String> link : links.entrySet()) {
        TarArchiveEntry entry = new TarArchiveEntry(link.getKey(), TarArchiveEntry.LF_SYMLINK);
        entry.setLinkName(link.getValue());
        close(tar, entry);
      }
      for (Map.Entry<String, Path> file : files.entrySet()) {
        put(tar, file.getKey(), file.getValue());
      }
    }
  }

  /** A tar file for names and sizes of any length. */
  static TarArchiveOutputStream tar(OutputStream out) {
    TarArchiveOutputStream tar = new TarArchiveOutputStream(out, "UTF-8");
    tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    return tar;
  }

  static void put(TarArchiveOutputStream tar, String name, byte[] content) throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name);
    entry.setSize(content.length);
    entry.setMode(READABLE);
    entry.setModTime(0);
    tar.putArchiveEntry(entry);
    tar.write(content);
    tar.closeArchiveEntry();
  }

  static void put(TarArchiveOutputStream tar, String name, Path content) throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name);
    entry.setSize(Files.size(content));
    entry.setMode(Files.isExecutable(content) ? EXECUTABLE : READABLE);
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

  private static void run(List<String> command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(new ArrayList<>(command)).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(String.join(" ", command) + " failed: " + output.strip());
    }
  }
}
