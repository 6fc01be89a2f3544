package io.slipway.client.inprocess;

import io.slipway.launcher.Command;
import io.slipway.launcher.LaunchException;
import io.slipway.launcher.LaunchSpec;
import io.slipway.launcher.LogTarget;
import io.slipway.model.ExecutionId;
import io.slipway.model.Resources;
import io.slipway.model.SlipwayEnvironment;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The main class of the process that {@code slipway submit} starts in client mode, with exactly the
 * environment, directory, class path and options that the driver shall have: calls the driver's
 * main class, named by the first argument, with the other arguments, through the launcher {@code
 * in-process}.
 *
 * <p>To the driver this is as if {@code java} had called it: the thread, what happens to exceptions
 * that leave {@code main}, and the exit code are the same.
 */
public final class ClientProcess {
  private ClientProcess() {}

  /** The options, class path and arguments that run {@code driver} in a client process. */
  public static Command.Jvm wrap(Command.Jvm driver) {
    List<String> arguments = new ArrayList<>();
    arguments.add(driver.mainClass());
    arguments.addAll(driver.arguments());
    return new Command.Jvm(
        ClientProcess.class.getName(), driver.classPath(), driver.options(), arguments);
  }

  /** Calls the driver's main class on this thread. */
  public static void main(String[] arguments) throws InterruptedException {
    if (arguments.length == 0) {
      System.err.println("usage: " + ClientProcess.class.getName() + " MAIN_CLASS [ARGUMENT]...");
      System.exit(1);
    }
    System.setProperty("sun.java.command", String.join(" ", arguments));
    List<Runnable> mainThread = new ArrayList<>(1);
    InProcessHandle handle;
    try {
      LaunchSpec spec = spec(arguments);
      handle =
          (InProcessHandle)
              new InProcessLauncher(mainThread::add).launch(spec, spec.workDirectory().getParent());
    } catch (LaunchException e) {
      System.err.println("Error: " + e.getMessage());
      System.exit(1);
      return;
    }
    // On this thread, so that it is the JVM itself that deals with what leaves main, and waits for
    // the threads that the driver has left.
    Throwable failure = handle.call();
    if (failure != null) {
      ClientProcess.<RuntimeException>rethrow(failure);
    }
  }

  @SuppressWarnings("unchecked")
  private static <T extends Throwable> void rethrow(Throwable failure) throws T {
    throw (T) failure;
  }

  /** What this process was started with. */
  private static LaunchSpec spec(String[] arguments) {
    Map<String, String> environment = System.getenv();
    List<Path> classPath = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      classPath.add(Path.of(entry).toAbsolutePath().normalize());
    }
    Path directory = Path.of("").toAbsolutePath();
    LogTarget inherited = new LogTarget(Path.of("/dev/null").toAbsolutePath(), Long.MAX_VALUE, 0);
    return new LaunchSpec(
        ExecutionId.parse(environment.get(SlipwayEnvironment.EXECUTION_ID)),
        new Command.Jvm(
            arguments[0],
            classPath,
            List.of(),
            Arrays.asList(arguments).subList(1, arguments.length)),
        new TreeMap<>(environment),
        directory,
        new Resources(
            Integer.parseInt(environment.get(SlipwayEnvironment.CORES)),
            Long.parseLong(environment.get(SlipwayEnvironment.MEMORY))),
        Optional.empty(),
        Collections.emptySortedMap(),
        List.of(),
        Collections.emptySortedMap(),
        inherited,
        inherited);
  }
}
