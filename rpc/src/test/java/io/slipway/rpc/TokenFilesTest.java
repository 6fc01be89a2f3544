package io.slipway.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenFilesTest {
  @TempDir Path directory;

  @Test
  void createMissing_inEmptyPlace_makesPrivateFiles() throws Exception {
    TokenFiles files = new TokenFiles(directory.resolve("config/slipway"));

    files.createMissing("alice");

    assertThat(files.userToken().name()).isEqualTo("alice");
    assertThat(files.clusterToken()).hasSize(43).isNotEqualTo(files.userToken().token());
    assertThat(mode(files.directory())).isEqualTo("rwx------");
    assertThat(mode(files.directory().resolve("user-token"))).isEqualTo("rw-------");
    assertThat(mode(files.directory().resolve("cluster-token"))).isEqualTo("rw-------");
  }

  @Test
  void createMissing_withOneFileThere_replacesNothing() throws Exception {
    TokenFiles files = new TokenFiles(directory);
    write("user-token", "bob:0123456789abcdef\n", "rw-------");

    files.createMissing("alice");

    assertThat(files.userToken()).isEqualTo(new UserToken("bob", "0123456789abcdef"));
    assertThat(files.clusterToken()).hasSize(43);
  }

  @Test
  void createMissing_byManyAtOnce_endsWithOneToken() throws Exception {
    int masters = 8;
    CyclicBarrier start = new CyclicBarrier(masters);
    ExecutorService threads = Executors.newFixedThreadPool(masters);
    try {
      List<Future<String>> tokens = new ArrayList<>();
      Callable<String> master =
          () -> {
            TokenFiles files = new TokenFiles(directory.resolve("fresh"));
            start.await();
            files.createMissing("alice");
            return files.userToken().token() + files.clusterToken();
          };
      for (int i = 0; i < masters; i++) {
        tokens.add(threads.submit(master));
      }

      Set<String> distinct = new HashSet<>();
      for (Future<String> token : tokens) {
        distinct.add(token.get());
      }

      assertThat(distinct).hasSize(1);
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void token_thatIsNoText_isSaidToBeNoTokenFile() throws Exception {
    write("user-token", "", "rw-------");
    Files.write(directory.resolve("user-token"), new byte[] {(byte) 0xff, (byte) 0xfe, 0});

    assertThatThrownBy(() -> new TokenFiles(directory).userToken())
        .isInstanceOf(TokenException.class)
        .hasMessageContaining(directory.resolve("user-token") + " is no token file of Slipway's");
  }

  @Test
  void token_readableByOthers_isRefusedWithTheRemedy() throws Exception {
    write("cluster-token", "0123456789abcdef\n", "rw-r-----");

    assertThatThrownBy(() -> new TokenFiles(directory).clusterToken())
        .isInstanceOf(TokenException.class)
        .hasMessageContaining("cluster-token can be read by others")
        .hasMessageContaining("chmod 600");
  }

  @Test
  void token_missing_saysWhoMakesIt() {
    assertThatThrownBy(() -> new TokenFiles(directory).userToken())
        .isInstanceOf(TokenException.class)
        .hasMessageContaining("no token at " + directory.resolve("user-token"))
        .hasMessageContaining("SLIPWAY_TOKEN_DIR");
  }

  @Test
  void token_malformed_isRefusedWithoutShowingIt() throws Exception {
    write("user-token", "just-a-secret-word\n", "rw-------");
    write("cluster-token", "two\nlines\n", "rw-------");

    assertThatThrownBy(() -> new TokenFiles(directory).userToken())
        .isInstanceOf(TokenException.class)
        .hasMessageContaining("name:token")
        .hasMessageNotContaining("secret");
    assertThatThrownBy(() -> new TokenFiles(directory).clusterToken())
        .isInstanceOf(TokenException.class)
        .hasMessageContaining("one line");
  }

  @Test
  void locate_goesByOptionThenVariableThenConfigurationThenHome() {
    Map<String, String> home = Map.of("HOME", "/home/a");
    Map<String, String> configuration = Map.of("HOME", "/home/a", "XDG_CONFIG_HOME", "/etc/a");
    Map<String, String> variable =
        Map.of("HOME", "/h", "XDG_CONFIG_HOME", "/x", "SLIPWAY_TOKEN_DIR", "/tokens");

    assertThat(TokenFiles.locate(Optional.empty(), home).directory())
        .isEqualTo(Path.of("/home/a/.config/slipway"));
    assertThat(TokenFiles.locate(Optional.empty(), configuration).directory())
        .isEqualTo(Path.of("/etc/a/slipway"));
    assertThat(TokenFiles.locate(Optional.empty(), variable).directory())
        .isEqualTo(Path.of("/tokens"));
    assertThat(TokenFiles.locate(Optional.of(Path.of("/option")), variable).directory())
        .isEqualTo(Path.of("/option"));
  }

  private void write(String name, String text, String permissions) throws Exception {
    Path file = directory.resolve(name);
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
  }

  private static String mode(Path file) throws Exception {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }
}
