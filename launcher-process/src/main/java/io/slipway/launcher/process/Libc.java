package io.slipway.launcher.process;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;

/** The calls of the C library that Java has no way to make. Linux, 64 bits. */
final class Libc {
  static final int SIGKILL = 9;
  static final int SIGTERM = 15;
  static final int SIGCONT = 18;
  static final int O_RDONLY = 0;
  static final int O_RDWR = 2;
  static final int ENOENT = 2;
  static final int EINTR = 4;
  static final int E2BIG = 7;
  static final int ENOEXEC = 8;
  static final int ECHILD = 10;
  static final int EACCES = 13;
  static final int ENOTDIR = 20;

  private static final int P_ALL = 0;
  private static final int P_PID = 1;
  private static final int WEXITED = 4;
  private static final int WNOWAIT = 0x01000000;
  private static final int PR_SET_CHILD_SUBREAPER = 36;
  private static final long SYS_PIDFD_SEND_SIGNAL = 424;
  private static final long SYS_PIDFD_OPEN = 434;
  private static final short POLLIN = 1;
  private static final int F_SETFD = 2;
  private static final int FD_CLOEXEC = 1;
  // _IOWR(0xFF, 11, 64 bytes), since Linux 6.15 with PIDFD_INFO_EXIT
  private static final long PIDFD_GET_INFO = 0xC040FF0BL;
  private static final long PIDFD_INFO_EXIT = 8;

  // The JVM has it loaded: to look for it would start a program.
  private static final NativeLibrary LIBRARY = NativeLibrary.getProcess();
  private static final boolean HAS_CLOSEFROM;

  static {
    Native.register(Libc.class, LIBRARY);
    boolean found;
    try {
      LIBRARY.getFunction("posix_spawn_file_actions_addclosefrom_np");
      found = true;
    } catch (UnsatisfiedLinkError e) {
      found = false;
    }
    HAS_CLOSEFROM = found;
  }

  private Libc() {}

  static native int posix_spawn(
      Memory pid, String path, Memory actions, Memory attributes, Memory argv, Memory envp);

  static native int posix_spawnattr_init(Memory attributes);

  static native int posix_spawnattr_destroy(Memory attributes);

  static native int posix_spawnattr_setflags(Memory attributes, short flags);

  static native int posix_spawnattr_setsigdefault(Memory attributes, Memory signals);

  static native int posix_spawnattr_setsigmask(Memory attributes, Memory signals);

  static native int posix_spawn_file_actions_init(Memory actions);

  static native int posix_spawn_file_actions_destroy(Memory actions);

  static native int posix_spawn_file_actions_addopen(
      Memory actions, int fd, String path, int flags, int mode);

  static native int posix_spawn_file_actions_addchdir_np(Memory actions, String path);

  static native int sigfillset(Memory signals);

  static native int sigemptyset(Memory signals);

  static native int mkfifo(String path, int mode);

  static native int setsid();

  static native int getpid();

  /**
   * Ends this process at once. The end of a JVM waits for the threads that are in calls of this
   * kind, for a third of a second.
   */
  static native void _exit(int status);

  private static native int waitid(int idType, int id, Memory info, int options);

  private static native int kill(int pid, int signal);

  private static native int prctl(int option, long a, long b, long c, long d);

  private static native long syscall(long number, long a, long b, long c, long d);

  private static native int poll(Memory fds, long count, int timeoutMillis);

  private static native int ioctl(int fd, long request, Memory argument);

  private static native int close(int fd);

  private static native int fcntl(int fd, int command, int argument);

  private static native String strerror(int errno);

  /** Words for an error number. */
  static String words(int errno) {
    return strerror(errno);
  }

  /** Orphans among the descendants of this process become its children. */
  static boolean becomeSubreaper() {
    return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0;
  }

  /**
   * How a child ended.
   *
   * @param pid the child
   * @param code 1 exited, 2 killed by a signal, 3 the same with a core dump
   * @param status exit code or signal
   */
  record ChildEnd(int pid, int code, int status) {}

  /** Waits until a child has ended, and leaves it as a zombie; null if there is no child at all. */
  static ChildEnd awaitChild() {
    try (Memory info = new Memory(128)) {
      while (true) {
        info.clear();
        if (waitid(P_ALL, 0, info, WEXITED | WNOWAIT) == 0) {
          return new ChildEnd(info.getInt(16), info.getInt(8), info.getInt(24));
        }
        int errno = Native.getLastError();
        if (errno == ECHILD) {
          return null;
        }
        if (errno != EINTR) {
          throw new IllegalStateException("waitid: " + words(errno));
        }
      }
    }
  }

  /** Takes the zombie of a child away. */
  static void reap(int pid) {
    try (Memory info = new Memory(128)) {
      waitid(P_PID, pid, info, WEXITED);
    }
  }

  /** Sends a signal to a process group. The caller makes sure that the leader isn't reaped. */
  static void signalGroup(int leader, int signal) {
    kill(-leader, signal);
  }

  /** A descriptor of a process; negative if there is no such process. */
  static int openPidfd(int pid) {
    return (int) syscall(SYS_PIDFD_OPEN, pid, 0, 0, 0);
  }

  static void signal(int pidfd, int signal) {
    syscall(SYS_PIDFD_SEND_SIGNAL, pidfd, signal, 0, 0);
  }

  static void closeFd(int fd) {
    close(fd);
  }

  /** Waits until the process has ended. */
  static void awaitEnd(int pidfd) {
    try (Memory poll = new Memory(8)) {
      do {
        poll.setInt(0, pidfd);
        poll.setShort(4, POLLIN);
        poll.setShort(6, (short) 0);
      } while (poll(poll, 1, -1) < 0 && Native.getLastError() == EINTR);
    }
  }

  /** The status, as {@code wait} tells it, of a process that has been reaped; null if unknown. */
  static Integer statusAfterReaping(int pidfd) {
    try (Memory info = new Memory(64)) {
      info.clear();
      info.setLong(0, PIDFD_INFO_EXIT);
      if (ioctl(pidfd, PIDFD_GET_INFO, info) != 0 || (info.getLong(0) & PIDFD_INFO_EXIT) == 0) {
        return null;
      }
      return info.getInt(60);
    }
  }

  /** Whether a spawned child can close what it would inherit. */
  static boolean hasCloseFrom() {
    return HAS_CLOSEFROM;
  }

  /** In the child: closes every descriptor from {@code first}. */
  static int addCloseFrom(Memory actions, int first) {
    return LIBRARY
        .getFunction("posix_spawn_file_actions_addclosefrom_np")
        .invokeInt(new Object[] {actions, first});
  }

  /** Lets no program that is started from now on inherit a descriptor. */
  static void closeOnExec(int fd) {
    fcntl(fd, F_SETFD, FD_CLOEXEC);
  }

  /** A vector of zero-terminated byte strings, itself ended by a null pointer. */
  static Memory vector(java.util.List<byte[]> strings, java.util.List<Memory> keep) {
    Memory vector = new Memory((strings.size() + 1L) * Native.POINTER_SIZE);
    for (int i = 0; i < strings.size(); i++) {
      byte[] bytes = strings.get(i);
      Memory string = new Memory(bytes.length + 1L);
      string.write(0, bytes, 0, bytes.length);
      string.setByte(bytes.length, (byte) 0);
      keep.add(string);
      vector.setPointer((long) i * Native.POINTER_SIZE, string);
    }
    vector.setPointer((long) strings.size() * Native.POINTER_SIZE, Pointer.NULL);
    return vector;
  }
}
