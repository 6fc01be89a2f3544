package io.slipway.launcher.process;

import com.sun.jna.Memory;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Starts programs with nothing but what they are given: environment, directory, output, signals at
 * their defaults, a session of their own, standard input at its end, no other descriptor.
 */
final class Spawner {
  private static final short SETSIGDEF = 0x04;
  private static final short SETSIGMASK = 0x08;
  private static final short SETSID = 0x80;
  // More than any C library needs for the structures that it keeps to itself.
  private static final long OPAQUE = 512;

  private final Optional<Path> home;

  /**
   * A spawner.
   *
   * @param home the control group to which a thread returns after a spawn, if there are groups
   */
  Spawner(Optional<Path> home) {
    this.home = home;
  }

  /**
   * What to start.
   *
   * @param program absolute path
   * @param arguments the first is the program's name
   * @param environment all of it
   * @param workDirectory absolute path
   * @param stdout FIFO
   * @param stderr FIFO
   */
  record Program(
      String program,
      List<String> arguments,
      Map<String, String> environment,
      Path workDirectory,
      Path stdout,
      Path stderr) {}

  /** A program could not be started; the message is for people. */
  static final class SpawnException extends Exception {
    private static final long serialVersionUID = 1;

    SpawnException(String message) {
      super(message);
    }
  }

  /**
   * Starts a program, in a control group if one is given. Not for use by several threads at once.
   *
   * @return the process id
   */
  int spawn(Program program, Optional<ControlGroup> group) throws SpawnException, IOException {
    if (group.isEmpty()) {
      return spawn(program);
    }
    try {
      group.get().enter();
      return spawn(program);
    } finally {
      leave(group.get());
    }
  }

  private void leave(ControlGroup group) {
    try {
      ControlGroup.enter(home.orElseThrow());
    } catch (IOException e) {
      // A thread of this keeper would be frozen together with the program. The next keeper isn't.
      Keeper.log("no way out of the control group " + group.path() + ": " + e);
      Runtime.getRuntime().halt(1);
    }
  }

  private static int spawn(Program program) throws SpawnException {
    List<Memory> strings = new ArrayList<>();
    List<byte[]> environment = new ArrayList<>();
    program.environment().forEach((name, value) -> environment.add(bytes(name + "=" + value)));
    Memory argv = Libc.vector(program.arguments().stream().map(Spawner::bytes).toList(), strings);
    Memory envp = Libc.vector(environment, strings);
    strings.add(argv);
    strings.add(envp);
    try (Memory attributes = new Memory(OPAQUE);
        Memory actions = new Memory(OPAQUE);
        Memory signals = new Memory(OPAQUE);
        Memory pid = new Memory(8)) {
      check(Libc.posix_spawnattr_init(attributes));
      check(Libc.posix_spawn_file_actions_init(actions));
      try {
        Libc.sigfillset(signals);
        check(Libc.posix_spawnattr_setsigdefault(attributes, signals));
        Libc.sigemptyset(signals);
        check(Libc.posix_spawnattr_setsigmask(attributes, signals));
        check(Libc.posix_spawnattr_setflags(attributes, (short) (SETSIGDEF | SETSIGMASK | SETSID)));
        addOpen(actions, 0, "/dev/null", Libc.O_RDONLY);
        // Never for writing alone: the program is a reader of its own output, so that it does not
        // notice when the keeper dies.
        addOpen(actions, 1, program.stdout().toString(), Libc.O_RDWR);
        addOpen(actions, 2, program.stderr().toString(), Libc.O_RDWR);
        check(
            Libc.posix_spawn_file_actions_addchdir_np(actions, program.workDirectory().toString()));
        if (Libc.hasCloseFrom()) {
          check(Libc.addCloseFrom(actions, 3));
        } else {
          closeAllOnExec();
        }
        int errno = Libc.posix_spawn(pid, program.program(), actions, attributes, argv, envp);
        if (errno != 0) {
          throw new SpawnException(explain(program, errno));
        }
        return pid.getInt(0);
      } finally {
        Libc.posix_spawn_file_actions_destroy(actions);
        Libc.posix_spawnattr_destroy(attributes);
      }
    } finally {
      strings.forEach(Memory::close);
    }
  }

  private static void addOpen(Memory actions, int fd, String path, int flags)
      throws SpawnException {
    check(Libc.posix_spawn_file_actions_addopen(actions, fd, path, flags, 0));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static void check(int errno) throws SpawnException {
    if (errno != 0) {
      throw new SpawnException("nothing can be started: " + Libc.words(errno));
    }
  }

  private static void closeAllOnExec() {
    String[] descriptors = new File("/proc/self/fd").list();
    if (descriptors != null) {
      for (String descriptor : descriptors) {
        Libc.closeOnExec(Integer.parseInt(descriptor));
      }
    }
  }

  private static String explain(Program program, int errno) {
    String path = program.program();
    Path file = Path.of(path);
    if (!Files.isDirectory(program.workDirectory())) {
      return "the working directory " + program.workDirectory() + " does not exist";
    }
    return switch (errno) {
      case Libc.ENOENT ->
          Files.exists(file)
              ? "can't run " + path + ": the interpreter that it names does not exist"
              : "can't run " + path + ": there is no such file";
      case Libc.EACCES ->
          Files.isExecutable(file)
              ? "can't run " + path + ": its interpreter, or a directory, may not be used"
              : "can't run " + path + ": it is not executable";
      case Libc.ENOEXEC ->
          "can't run "
              + path
              + ": it is neither a program for this machine nor a script that names its"
              + " interpreter in its first line (#!)";
      case Libc.E2BIG -> "can't run " + path + ": arguments and environment are too long";
      default -> "can't run " + path + ": " + Libc.words(errno);
    };
  }
}
