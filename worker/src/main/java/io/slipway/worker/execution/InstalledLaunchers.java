package io.slipway.worker.execution;

import static java.util.stream.Collectors.joining;

import io.slipway.launcher.LaunchException;
import io.slipway.launcher.Launcher;
import io.slipway.launcher.LauncherProvider;
import io.slipway.launcher.LauncherSettings;
import io.slipway.launcher.Promise;
import io.slipway.model.WorkerId;
import io.slipway.worker.storage.DurableFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The launchers of this worker, by name. One that is broken, can't work here, or was made for
 * another version of the interface is left out with a message, and harms no other.
 */
public final class InstalledLaunchers implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(InstalledLaunchers.class);
  private static final int MOST_BROKEN = 1_000;

  private final SortedMap<String, Launcher> launchers;
  private final SortedMap<String, Set<Promise>> notPromised;
  private final String defaultName;

  private InstalledLaunchers(
      SortedMap<String, Launcher> launchers,
      SortedMap<String, Set<Promise>> notPromised,
      String defaultName) {
    this.launchers = launchers;
    this.notPromised = notPromised;
    this.defaultName = defaultName;
  }

  /** The providers on the class path that can be loaded. */
  public static List<LauncherProvider> discover(ClassLoader loader) {
    List<LauncherProvider> providers = new ArrayList<>();
    Iterator<LauncherProvider> found =
        ServiceLoader.load(LauncherProvider.class, loader).iterator();
    for (int broken = 0; broken < MOST_BROKEN; ) {
      try {
        if (!found.hasNext()) {
          return providers;
        }
        providers.add(found.next());
      } catch (ServiceConfigurationError | LinkageError | RuntimeException e) {
        broken++;
        LOG.error(
            "a launcher on the class path is left out: it is broken, or was made for another"
                + " version of Slipway: {}",
            describe(e));
      }
    }
    return providers;
  }

  /**
   * Makes the launchers.
   *
   * @param providers those that were found
   * @param owner this worker
   * @param directory where each launcher gets a directory of its own name
   * @param executions the directory of all execution directories
   * @param settings options by launcher name
   * @param defaultName the launcher that is used where a template names none
   * @throws IllegalArgumentException naming those that work, if the default is not among them
   */
  public static InstalledLaunchers create(
      List<LauncherProvider> providers,
      WorkerId owner,
      Path directory,
      Path executions,
      Map<String, SortedMap<String, String>> settings,
      String defaultName)
      throws IOException {
    SortedMap<String, Launcher> launchers = new TreeMap<>();
    SortedMap<String, Set<Promise>> notPromised = new TreeMap<>();
    for (LauncherProvider provider : providers) {
      String type = provider.getClass().getName();
      try {
        String name = provider.name();
        if (!name.matches("[a-z0-9-]{1,63}")) {
          LOG.error("launcher {} is left out: its name '{}' is no launcher's name", type, name);
          continue;
        }
        if (launchers.containsKey(name)) {
          LOG.error(
              "launcher {} is left out: another of the name '{}' was found before it", type, name);
          continue;
        }
        Path own = directory.resolve(name);
        DurableFiles.makeDirectory(own);
        Launcher launcher =
            provider.create(
                new LauncherSettings(
                    owner.value(),
                    own,
                    executions,
                    true,
                    settings.getOrDefault(name, Collections.emptySortedMap())));
        try {
          notPromised.put(name, Set.copyOf(launcher.notPromised()));
        } catch (RuntimeException | LinkageError e) {
          launcher.close();
          throw e;
        }
        launchers.put(name, launcher);
      } catch (LaunchException e) {
        LOG.error("launcher {} can't work here and is left out: {}", type, e.getMessage());
      } catch (RuntimeException | LinkageError e) {
        LOG.error(
            "launcher {} is left out: it is broken, or was made for another version of Slipway: {}",
            type,
            describe(e));
      }
    }
    InstalledLaunchers installed = new InstalledLaunchers(launchers, notPromised, defaultName);
    if (!launchers.containsKey(defaultName)) {
      installed.close();
      throw new IllegalArgumentException(
          "no launcher '"
              + defaultName
              + "' here (found: "
              + (launchers.isEmpty() ? "none" : String.join(", ", launchers.keySet()))
              + ")");
    }
    installed.report(settings);
    return installed;
  }

  private void report(Map<String, SortedMap<String, String>> settings) {
    notPromised.forEach(
        (name, missing) ->
            LOG.info(
                "launcher {}{}: {}",
                name,
                name.equals(defaultName) ? " (the default)" : "",
                missing.isEmpty()
                    ? "keeps all promises"
                    : "does not promise that "
                        + missing.stream().sorted().map(Promise::words).collect(joining("; "))));
    for (String name : settings.keySet()) {
      if (!launchers.containsKey(name)) {
        LOG.warn("there are settings for a launcher '{}', which is not here", name);
      }
    }
  }

  /** The launcher of a name. */
  Optional<Launcher> find(String name) {
    return Optional.ofNullable(launchers.get(name));
  }

  /** The name that stands for an empty one. */
  public String defaultName() {
    return defaultName;
  }

  /** Names of all launchers, and the promises that each does not keep. */
  public SortedMap<String, Set<Promise>> notPromised() {
    return Collections.unmodifiableSortedMap(notPromised);
  }

  /** Lets go of what runs, without stopping it. */
  @Override
  public void close() {
    launchers.forEach(
        (name, launcher) -> {
          try {
            launcher.close();
          } catch (RuntimeException | LinkageError e) {
            LOG.warn("launcher {} did not close: {}", name, describe(e));
          }
        });
  }

  private static String describe(Throwable failure) {
    StringBuilder text = new StringBuilder(failure.toString());
    for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
      text.append(": ").append(cause);
    }
    return text.toString();
  }
}
