package io.slipway.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slipway.model.Digest;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassPathPackagerTest {
  @TempDir private Path directory;
  private Path scratch;
  private Path bundle;

  @BeforeEach
  void makeBundle() throws IOException {
    scratch = Files.createDirectory(directory.resolve("scratch"));
    bundle = jar("slipway-api-bundle-1.jar", ApiBundle.MARKER);
  }

  private Path jar(String name, String... entries) throws IOException {
    Path jar = directory.resolve(name);
    try (OutputStream out = Files.newOutputStream(jar);
        ZipOutputStream zip = new ZipOutputStream(out)) {
      for (String entry : entries) {
        zip.putNextEntry(new ZipEntry(entry));
        zip.closeEntry();
      }
    }
    return jar;
  }

  private PackagedClassPath pack(Path... entries) throws IOException {
    return new ClassPathPackager(Optional.of(bundle), scratch).pack(List.of(entries));
  }

  private static List<String> names(PackagedClassPath packed) {
    return packed.references().stream().map(reference -> reference.name()).toList();
  }

  @Test
  void pack_directoryThatLeadsIntoItself_isRefused() throws Exception {
    Path classes = Files.createDirectory(directory.resolve("classes"));
    Files.createSymbolicLink(classes.resolve("again"), classes);

    assertThatThrownBy(() -> pack(classes))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("again");
  }

  @Test
  void pack_noEntryBringsTheApi_addsTheBundleInFront() throws Exception {
    PackagedClassPath packed = pack(jar("a.jar", "A.class"), jar("b.jar", "B.class"));

    assertThat(names(packed)).containsExactly("slipway-api-bundle-1.jar", "a.jar", "b.jar");
    assertThat(packed.references().get(0).digest())
        .isEqualTo(Digest.of(Files.readAllBytes(bundle)));
  }

  @Test
  void pack_anEntryBringsTheApi_movesItToTheFront() throws Exception {
    PackagedClassPath packed = pack(jar("a.jar", "A.class"), jar("fat.jar", ApiBundle.MARKER));

    assertThat(names(packed)).containsExactly("fat.jar", "a.jar");
  }

  @Test
  void pack_noBundleAnywhere_failsSayingWhatToSet() throws Exception {
    Path jar = jar("a.jar", "A.class");

    assertThatThrownBy(() -> new ClassPathPackager(Optional.empty(), scratch).pack(List.of(jar)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(ApiBundle.PROPERTY)
        .hasMessageContaining(ApiBundle.HOME_VARIABLE);
  }

  @Test
  void pack_directory_givesTheSameJarEachTime() throws Exception {
    Path classes = Files.createDirectories(directory.resolve("target/classes"));
    Files.createDirectories(classes.resolve("app"));
    Files.writeString(classes.resolve("app/Main.class"), "main");
    Files.writeString(classes.resolve("a.txt"), "text");

    PackagedClassPath first = pack(classes);
    Files.setLastModifiedTime(
        classes.resolve("a.txt"), FileTime.from(Instant.parse("2020-01-01T00:00:00Z")));
    PackagedClassPath second = pack(classes);

    assertThat(second.references()).isEqualTo(first.references());
    assertThat(names(first).get(1)).endsWith("target-classes.jar");
    try (ZipFile zip = new ZipFile(first.artifacts().get(1).file().toFile())) {
      assertThat(zip.stream().map(ZipEntry::getName)).containsExactly("a.txt", "app/Main.class");
    }
    first.requireClass("app.Main");
  }

  @Test
  void pack_badEntry_failsNamingIt() throws Exception {
    Path text = Files.writeString(directory.resolve("text.jar"), "no zip at all");
    Path missing = directory.resolve("missing.jar");

    assertThatThrownBy(() -> pack(text))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("text.jar: not a jar");
    assertThatThrownBy(() -> pack(missing))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("missing.jar")
        .hasMessageContaining("no such jar");
  }

  @Test
  void requireClass_notThere_failsNamingClassAndJars() throws Exception {
    PackagedClassPath packed = pack(jar("a.jar", "app/Main.class"));

    packed.requireClass("app.Main");
    assertThatThrownBy(() -> packed.requireClass("app.Mian"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("'app.Mian'")
        .hasMessageContaining("a.jar");
  }

  @Test
  void locate_propertyThenHomeThenClassPath() throws Exception {
    Path home = Files.createDirectories(directory.resolve("home"));
    Files.createDirectory(home.resolve("lib"));
    Path atHome = home.resolve("lib/slipway-api-bundle-2.jar");
    Files.copy(bundle, atHome);
    Map<String, String> environment = Map.of(ApiBundle.HOME_VARIABLE, home.toString());

    assertThat(ApiBundle.locate(bundle.toString(), environment, "")).contains(bundle);
    assertThat(ApiBundle.locate("", environment, bundle.toString())).contains(atHome);
    assertThat(ApiBundle.locate("", Map.of(), "x.jar:" + bundle)).contains(bundle);
    assertThat(ApiBundle.locate("", Map.of(), "x.jar")).isEmpty();
    assertThatThrownBy(() -> ApiBundle.locate("/no/such.jar", environment, ""))
        .hasMessageContaining("/no/such.jar");
  }
}
