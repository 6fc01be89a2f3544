package io.slipway.worker.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slipway.launcher.LaunchException;
import io.slipway.launcher.Launcher;
import io.slipway.launcher.LauncherProvider;
import io.slipway.launcher.LauncherSettings;
import io.slipway.model.WorkerId;
import io.slipway.worker.FakeMachine;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstalledLaunchersTest {
  @TempDir Path directory;
  private final FakeMachine machine = new FakeMachine();

  /** Behaves as a test says. */
  private record Provider(String name, Action action) implements LauncherProvider {
    interface Action {
      Launcher create(LauncherSettings settings) throws LaunchException;
    }

    @Override
    public Launcher create(LauncherSettings settings) throws LaunchException {
      return action.create(settings);
    }
  }

  private InstalledLaunchers create(LauncherProvider... providers) throws IOException {
    return InstalledLaunchers.create(
        List.of(providers),
        new WorkerId("w-1"),
        directory,
        directory.resolve("executions"),
        Map.of("good", new TreeMap<>(Map.of("key", "value"))),
        "good");
  }

  @Test
  void create_brokenOnes_areLeftOut() throws Exception {
    LauncherProvider newer =
        new Provider(
            "newer",
            settings -> {
              throw new NoSuchMethodError("of a newer interface");
            });
    LauncherProvider broken =
        new Provider(
            "broken",
            settings -> {
              throw new IllegalStateException("broken");
            });
    LauncherProvider unable =
        new Provider(
            "unable",
            settings -> {
              throw new LaunchException("no engine here");
            });
    LauncherProvider badName = new Provider("Bad Name", settings -> null);

    try (InstalledLaunchers installed =
        create(newer, broken, unable, badName, machine.provider("good"))) {
      assertThat(installed.notPromised()).containsOnlyKeys("good");
      assertThat(installed.find("good")).isPresent();
      assertThat(installed.find("broken")).isEmpty();
    }
  }

  @Test
  void create_twoOfOneName_keepsTheFirst() throws Exception {
    List<String> made = new ArrayList<>();
    LauncherProvider second =
        new Provider(
            "good",
            settings -> {
              made.add("second");
              return machine.provider("good").create(settings);
            });

    try (InstalledLaunchers installed = create(machine.provider("good"), second)) {
      assertThat(installed.notPromised()).containsOnlyKeys("good");
      assertThat(made).isEmpty();
    }
  }

  @Test
  void create_settingsForALauncherThatIsNotHere_isRefusedNamingIt() {
    assertThatThrownBy(
            () ->
                InstalledLaunchers.create(
                    List.of(machine.provider("fake")),
                    new WorkerId("w-1"),
                    directory,
                    directory.resolve("executions"),
                    Map.of("fke", new TreeMap<>(Map.of("key", "value"))),
                    "fake"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("there are settings for a launcher 'fke', which is not here (found: fake)");
  }

  @Test
  void create_settingsForALauncherThatCantWorkHere_goesOnWithTheRest() throws Exception {
    LauncherProvider unable =
        new Provider(
            "good",
            settings -> {
              throw new LaunchException("no engine here");
            });

    try (InstalledLaunchers installed =
        InstalledLaunchers.create(
            List.of(machine.provider("fake"), unable),
            new WorkerId("w-1"),
            directory,
            directory.resolve("executions"),
            Map.of("good", new TreeMap<>(Map.of("key", "value"))),
            "fake")) {
      assertThat(installed.notPromised()).containsOnlyKeys("fake");
    }
  }

  @Test
  void create_defaultThatCantWorkHere_isRefusedWithItsReason() {
    LauncherProvider unable =
        new Provider(
            "good",
            settings -> {
              throw new LaunchException("no engine here");
            });

    assertThatThrownBy(() -> create(unable))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'good'")
        .hasMessageContaining("no engine here");
  }

  @Test
  void create_settings_reachTheirLauncher() throws Exception {
    List<LauncherSettings> given = new ArrayList<>();
    LauncherProvider curious =
        new Provider(
            "good",
            settings -> {
              given.add(settings);
              return machine.provider("good").create(settings);
            });

    create(curious).close();

    assertThat(given.get(0).options()).containsExactly(Map.entry("key", "value"));
    assertThat(given.get(0).owner()).isEqualTo("w-1");
    assertThat(given.get(0).outlivesOwner()).isTrue();
    assertThat(given.get(0).directory()).isDirectory();
  }

  @Test
  void discover_brokenEntries_findsTheRest() throws Exception {
    Path services = Files.createDirectories(directory.resolve("jar/META-INF/services"));
    Files.writeString(
        services.resolve(LauncherProvider.class.getName()),
        "io.slipway.worker.NoSuchProvider\n"
            + ThrowingProvider.class.getName()
            + "\n"
            + String.class.getName()
            + "\n"
            + GoodProvider.class.getName()
            + "\n");

    try (URLClassLoader loader =
        new URLClassLoader(
            new URL[] {directory.resolve("jar").toUri().toURL()}, getClass().getClassLoader())) {
      assertThat(InstalledLaunchers.discover(loader))
          .extracting(LauncherProvider::name)
          .contains("good-one");
    }
  }

  /** Breaks the rule that a provider's constructor does nothing. */
  public static final class ThrowingProvider implements LauncherProvider {
    /** Throws. */
    public ThrowingProvider() {
      throw new IllegalStateException("broken");
    }

    @Override
    public String name() {
      return "throwing";
    }

    @Override
    public Launcher create(LauncherSettings settings) {
      throw new IllegalStateException();
    }
  }

  /** Can be loaded. */
  public static final class GoodProvider implements LauncherProvider {
    @Override
    public String name() {
      return "good-one";
    }

    @Override
    public Launcher create(LauncherSettings settings) {
      throw new IllegalStateException();
    }
  }
}
