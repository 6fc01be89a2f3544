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
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.Collection;
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
import java.util.zip.ZipFile;
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

  /**
   * The providers on the class path that can be used: those that can be loaded, have a launcher's
   * name, and need no newer launcher interface than this. Of the others it is said why not.
   */
  public static List<LauncherProvider> discover(ClassLoader loader) {
    List<LauncherProvider> providers = new ArrayList<>();
    Iterator<LauncherProvider> found =
        ServiceLoader.load(LauncherProvider.class, loader).iterator();
    for (int broken = 0; broken < MOST_BROKEN; ) {
      try {
        if (!found.hasNext()) {
          return providers;
        }
        LauncherProvider provider = found.next();
        Optional<String> unusable = unusable(provider);
        if (unusable.isEmpty()) {
          providers.add(provider);
        } else {
          LOG.error("launcher {} is left out: {}", origin(provider), unusable.get());
        }
      } catch (ServiceConfigurationError | LinkageError | RuntimeException e) {
        broken++;
        LOG.error("a launcher on the class path is left out: {}", describe(e));
      }
    }
    return providers;
  }

  /**
   * Says of each jar that is damaged, or only half copied, that it is left out: the class loader
   * passes over it without a word.
   */
  public static void reportDamaged(Collection<Path> jars) {
    for (Path jar : jars) {
      try (ZipFile whole = new ZipFile(jar.toFile())) {
        LOG.debug("launcher jar {} has {} entries", jar, whole.size());
      } catch (IOException e) {
        LOG.error(
            "{} is left out: it is damaged or not completely copied: {}", jar, e.getMessage());
      }
    }
  }

  /** Why a provider can't be used, whatever the settings. */
  private static Optional<String> unusable(LauncherProvider provider) {
    try {
      if (provider.spiVersion() > LauncherProvider.SPI_VERSION) {
        return Optional.of(
            "it needs version "
                + provider.spiVersion()
                + " of the launcher interface, and this worker has version "
                + LauncherProvider.SPI_VERSION
                + "; it takes a newer worker, or an older launcher");
      }
      String name = provider.name();
      return name != null && name.matches("[a-z0-9-]{1,63}")
          ? Optional.empty()
          : Optional.of("its name '" + name + "' is no launcher's name");
    } catch (RuntimeException | LinkageError e) {
      return Optional.of(describe(e));
    }
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
   * @throws IllegalArgumentException naming those that work, if the default is not among them, or
   *     there are settings for one that was not even found
   */
  public static InstalledLaunchers create(
      List<LauncherProvider> providers,
      WorkerId owner,
      Path directory,
      Path executions,
      Map<String, SortedMap<String, String>> settings,
      String defaultName)
      throws IOException {
    InstalledLaunchers installed =
        new InstalledLaunchers(new TreeMap<>(), new TreeMap<>(), defaultName);
    try {
      Map<String, LauncherProvider> found = new TreeMap<>();
      SortedMap<String, String> leftOut = new TreeMap<>();
      for (LauncherProvider provider : providers) {
        Optional<String> unusable = unusable(provider);
        if (unusable.isPresent()) {
          LOG.error("launcher {} is left out: {}", origin(provider), unusable.get());
          continue;
        }
        String name = provider.name();
        LauncherProvider first = found.putIfAbsent(name, provider);
        if (first != null) {
          LOG.error(
              "there are two launchers of the name '{}': {} is left out, and {} is used",
              name,
              origin(provider),
              origin(first));
          continue;
        }
        Path own = directory.resolve(name);
        DurableFiles.makeDirectory(own);
        installed
            .add(
                provider,
                new LauncherSettings(
                    owner.value(),
                    own,
                    executions,
                    true,
                    settings.getOrDefault(name, Collections.emptySortedMap())))
            .ifPresent(reason -> leftOut.put(name, reason));
      }
      installed.check(found.keySet(), leftOut, settings.keySet());
    } catch (IOException | RuntimeException | Error e) {
      installed.close();
      throw e;
    }
    installed.report();
    return installed;
  }

  /** Makes a launcher; tells why, if it can't be used here. */
  private Optional<String> add(LauncherProvider provider, LauncherSettings settings) {
    String reason;
    try {
      Launcher launcher = provider.create(settings);
      try {
        notPromised.put(provider.name(), Set.copyOf(launcher.notPromised()));
        launchers.put(provider.name(), launcher);
      } catch (RuntimeException | LinkageError e) {
        launcher.close();
        throw e;
      }
      return Optional.empty();
    } catch (LaunchException e) {
      reason = "it can't work here: " + e.getMessage();
    } catch (RuntimeException | LinkageError e) {
      reason = describe(e);
    }
    LOG.error("launcher {} is left out: {}", origin(provider), reason);
    return Optional.of(reason);
  }

  private void check(
      Set<String> found, SortedMap<String, String> leftOut, Set<String> withSettings) {
    if (!launchers.containsKey(defaultName)) {
      throw new IllegalArgumentException(
          leftOut.containsKey(defaultName)
              ? "launcher '" + defaultName + "' can't be used: " + leftOut.get(defaultName)
              : "no launcher '"
                  + defaultName
                  + "' here (found: "
                  + words(launchers.keySet())
                  + ")");
    }
    for (String name : withSettings) {
      if (!found.contains(name)) {
        throw new IllegalArgumentException(
            "there are settings for a launcher '"
                + name
                + "', which is not here (found: "
                + words(found)
                + ")");
      }
    }
  }

  private static String words(Set<String> names) {
    return names.isEmpty() ? "none" : String.join(", ", names);
  }

  private void report() {
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

  /** Which provider, and from which file. */
  private static String origin(LauncherProvider provider) {
    Class<?> type = provider.getClass();
    CodeSource source = type.getProtectionDomain().getCodeSource();
    return type.getName() + (source == null ? "" : " of " + source.getLocation());
  }

  private static String describe(Throwable failure) {
    StringBuilder text =
        new StringBuilder(
            failure instanceof LinkageError || failure.getCause() instanceof LinkageError
                ? "it was made for another version of Slipway or of Java, or is not complete: "
                : "it is broken: ");
    text.append(failure);
    for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
      text.append(": ").append(cause);
    }
    return text.toString();
  }
}
