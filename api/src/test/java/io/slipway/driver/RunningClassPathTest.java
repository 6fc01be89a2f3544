package io.slipway.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunningClassPathTest {
  @TempDir private Path directory;

  @Test
  void entries_ofAClassPath_areDirectoriesJarsAndWhatManifestsName() throws Exception {
    Path classes = Files.createDirectory(directory.resolve("classes"));
    Path named = jar("named.jar", "");
    Path jar = jar("a.jar", "named.jar missing.jar classes/");
    Path text = Files.writeString(directory.resolve("text.txt"), "no jar");

    List<Path> entries =
        RunningClassPath.entries(
            String.join(
                File.pathSeparator,
                jar.toString(),
                text.toString(),
                directory.resolve("nowhere").toString()));

    assertThat(entries).containsExactly(jar, named, classes);
  }

  @Test
  void entries_programRunsInALoaderOfABuildTool_areThoseOfTheLoaderToo() throws Exception {
    Path classes = Files.createDirectory(directory.resolve("classes"));
    Path jar = jar("a b.jar", "");
    try (URLClassLoader loader =
        new URLClassLoader(
            new URL[] {classes.toUri().toURL(), jar.toUri().toURL()},
            RunningClassPath.class.getClassLoader())) {

      List<Path> entries = RunningClassPath.entries(loader);

      assertThat(entries)
          .containsAll(RunningClassPath.entries(System.getProperty("java.class.path")))
          .endsWith(classes, jar);
    }
  }

  @Test
  void entries_loaderThatDoesNotKnowUs_countsForNothing() throws Exception {
    try (URLClassLoader stranger =
        new URLClassLoader(
            new URL[] {directory.toUri().toURL()}, ClassLoader.getPlatformClassLoader())) {
      assertThat(RunningClassPath.entries(stranger))
          .isEqualTo(RunningClassPath.entries(System.getProperty("java.class.path")));
    }
  }

  @Test
  void entries_loaderThatTellsNothing_failsSayingWhatToDo() throws Exception {
    ClassLoader silent = new ClassLoader(RunningClassPath.class.getClassLoader()) {};
    assertThatThrownBy(() -> RunningClassPath.entries(silent))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("classPath(...)");

    URL remote = URI.create("http://localhost:1/a.jar").toURL();
    try (URLClassLoader loader =
        new URLClassLoader(new URL[] {remote}, RunningClassPath.class.getClassLoader())) {
      assertThatThrownBy(() -> RunningClassPath.entries(loader))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(remote.toString())
          .hasMessageContaining("classPath(...)");
    }
  }

  private Path jar(String name, String classPath) throws IOException {
    Path jar = directory.resolve(name);
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    if (!classPath.isEmpty()) {
      manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, classPath);
    }
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
      out.finish();
    }
    return jar;
  }
}
