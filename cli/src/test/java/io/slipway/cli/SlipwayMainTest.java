package io.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.jar.JarOutputStream;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SlipwayMainTest {
  @TempDir Path directory;

  @Test
  void noCommand_showsHelp() {
    Invocation invocation = Invocation.of();

    assertThat(invocation.code()).isZero();
    assertThat(invocation.out())
        .contains("quickstart", "master", "worker", "submit", "list", "status", "logs", "kill")
        .contains("Exit codes:")
        .doesNotContain("archive");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "quickstart",
        "master",
        "worker",
        "submit",
        "list",
        "status",
        "logs",
        "kill",
        "workers",
        "version"
      })
  void help_ofEachCommand_hasExamplesAndExitCodes(String command) {
    Invocation invocation = Invocation.of(command, "--help");

    assertThat(invocation.code()).isZero();
    assertThat(invocation.out()).contains("Examples:", "Exit codes").contains("Usage: slipway");
    assertThat(invocation.err()).isEmpty();
  }

  @Test
  void version_isShown() {
    assertThat(Invocation.of("--version").out()).startsWith("slipway ").doesNotContain("$");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "submit --exectors 3 x.jar | --exectors | --executors",
        "lst | lst | list",
        "submit --driver-memory 1024 x.jar | --driver-memory | not a size: '1024'",
        "submit --driver-memory 0g x.jar | --driver-memory | is zero",
        "submit --driver-memory -1g x.jar | --driver-memory | not a size: '-1g'",
        "submit --driver-memory 9999999t x.jar | --driver-memory | 9999999t",
        "submit --executor-memory 1 x.jar | --executor-memory | not a size: '1'",
        "submit --executors -1 x.jar | --executors | -1 is not between 0 and",
        "submit --executors 99999999999 x.jar | --executors | 99999999999",
        "submit --executors many x.jar | --executors | not a whole number: 'many'",
        "submit --executor-cores 0 x.jar | --executor-cores | 0 is not between 1 and",
        "submit --executor-cores most x.jar | --executor-cores | 'all'",
        "submit --driver-cores 0 x.jar | --driver-cores | 0 is not between 1 and",
        "submit --max-cores 0 x.jar | --max-cores | 0 is not between 1 and",
        "submit --env TZ x.jar | --env | not of the form NAME=VALUE: 'TZ'",
        "submit --deploy-mode both x.jar | --deploy-mode | both",
        "submit --master nowhere x.jar | --master | not an address: 'nowhere'",
        "submit --master 1.2.3.4:99999 x.jar | --master | 99999",
        "list --master , | --master | names no address",
        "submit --lost-after 60 x.jar | --lost-after | not a span of time: '60'",
        "worker --master h:1 --cores 0 | --cores | 0 is not between 1 and",
        "worker --master h:1 --memory 8 | --memory | not a size: '8'",
        "worker --master h:1 --label disk | --label | 'disk'",
        "master --listen 7077 | --listen | not an address: '7077'",
        "logs x --executor 0 | --executor | 0 is not between 1 and",
        "logs x --executor 1 --driver | --executor | --driver",
        "status | status | ID",
        "list --output xml | --output | xml",
        "list --state done | --state | done",
        "list --since yesterday | --since | not a moment: 'yesterday'",
        "workers --output xml | --output | xml",
        "kill | --name | --all",
        "kill x --all | ID | --all",
        "logs x --tail -1 | --tail | -1 is not between 0 and",
        "frobnicate | unknown command 'frobnicate' | known: quickstart, master, worker",
        "list --staet failed | unknown flag '--staet' | did you mean '--state'?",
        "list --state done | --state: 'done' is none of | queued, starting, running",
        "list more | 'more' | one argument too many",
        "logs x --tail | --tail has no value | give N",
        "status | ID is missing | --help",
        "completion fish | SHELL: 'fish' is none of | bash, zsh",
        "submit --time-limit 60 x.jar | --time-limit | not a span of time: '60'",
        "submit --time-limit 400d x.jar | --time-limit | 400d' is more than 365d",
      })
  void wrongUse_isOneLineWithTheValue(String line, String flag, String value) {
    Invocation invocation = Invocation.of(line.split(" "));

    assertThat(invocation.code()).isEqualTo(ExitCodes.USAGE);
    assertThat(invocation.out()).isEmpty();
    assertThat(invocation.err().lines()).hasSize(1);
    assertThat(invocation.err()).contains(flag).contains(value).contains("--help");
  }

  @Test
  void versionCommand_tellsJavaToo() {
    assertThat(Invocation.of("version").out())
        .startsWith("slipway " + Version.text())
        .contains("java " + System.getProperty("java.version"));
    assertThat(Invocation.of("version", "--output", "json").out())
        .contains("\"version\": \"" + Version.text() + "\"");
  }

  @ParameterizedTest
  @CsvSource({"master, --data-dir", "worker --master 127.0.0.1:1, --work-dir"})
  void directory_thatCannotBeMade_isNamedWithTheReason(String command, String flag)
      throws IOException {
    Path file = Files.createFile(directory.resolve("file"));
    Path tokens = Files.createDirectory(directory.resolve("tokens"));
    Files.createFile(
        tokens.resolve("cluster-token"),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(tokens.resolve("cluster-token"), "0123456789abcdef0123456789abcdef");
    String line = command + " --listen 127.0.0.1:0 --token-dir " + tokens + " " + flag + " " + file;

    Invocation invocation = Invocation.of(line.split(" "));

    assertThat(invocation.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(invocation.err().lines()).hasSize(1);
    assertThat(invocation.err()).contains("can't use its directory: ", file.toString(), flag);
  }

  @ParameterizedTest
  @CsvSource({"status", "kill", "logs"})
  void id_thatIsEmpty_isRefusedWithAdvice(String command) {
    Invocation invocation = Invocation.of(command, "--master", "127.0.0.1:1", "");

    assertThat(invocation.code()).isEqualTo(ExitCodes.USAGE);
    assertThat(invocation.err()).contains("empty").contains("slipway list");
  }

  @Test
  void submit_emptyProgram_isRefused() {
    assertRefused("no program given", submit(""));
    assertRefused("no command after '--'", submit("--", ""));
  }

  @Test
  void submit_filesOfOneName_areNamed() throws IOException {
    Path one = Files.createFile(Files.createDirectory(directory.resolve("one")).resolve("x"));
    Path two = Files.createFile(Files.createDirectory(directory.resolve("two")).resolve("x"));

    Invocation invocation =
        Invocation.of(submit("--file", one.toString(), "--file", two.toString(), "--", "true"));

    assertThat(invocation.code()).isEqualTo(ExitCodes.USAGE);
    assertThat(invocation.err()).contains(one.toString()).contains(two.toString());
  }

  @Test
  void submit_withoutProgram_isRefused() {
    assertRefused("no program given", submit());
  }

  @Test
  void submit_delimiterWithoutCommand_isRefused() {
    assertRefused("no command after '--'", submit("--"));
  }

  @Test
  void submit_missingJar_isNamed() {
    assertRefused("'none.jar': there is no such file", submit("none.jar"));
  }

  @Test
  void submit_fileThatIsNoJar_isNamed() throws IOException {
    Path file = Files.writeString(directory.resolve("text.jar"), "this is no zip");

    assertRefused(file + "' is not a jar", submit(file.toString()));
  }

  @Test
  void submit_jarWithoutMainClass_asksForIt() throws IOException {
    Path jar = jar("Other.class");

    assertRefused(
        "names no Main-Class in its manifest; give the main class; correct --class",
        submit(jar.toString()));
  }

  @Test
  void submit_missingFile_isNamed() throws IOException {
    assertRefused(
        "--file rules.txt: there is no such file", submit("--file", "rules.txt", "--", "true"));
  }

  @Test
  void submit_executorsOfACommandWithoutExecutorCommand_areRefused() {
    assertRefused("--executor-command", submit("--executors", "2", "--", "true"));
  }

  @Test
  void submit_moreMinimumThanExecutors_isRefused() {
    assertRefused(
        "--min-executors 3 is more than --executors 2",
        submit("--executors", "2", "--min-executors", "3", "--", "true"));
  }

  @Test
  void submit_capBelowOneExecutor_isRefused() {
    assertRefused(
        "--max-cores 1 is less than --executor-cores 2",
        submit("--executor-cores", "2", "--max-cores", "1", "--", "true"));
  }

  @Test
  void submit_variableOfOurs_isRefused() {
    assertRefused("SLIPWAY_TOKEN", submit("--env", "SLIPWAY_TOKEN=x", "--", "true"));
  }

  @Test
  void submit_sameVariableTwice_isRefused() {
    assertRefused("--env gives 'A' twice", submit("--env", "A=1", "--env", "A=2", "--", "true"));
  }

  @Test
  void submit_unclosedQuoteInExecutorCommand_isRefused() {
    assertRefused(
        "a quote (') is not closed in: sh -c 'x",
        submit("--executor-command", "sh -c 'x", "--", "true"));
  }

  @Test
  void submit_listenInClusterMode_isRefused() {
    assertRefused(
        "belong to client mode",
        submit("--deploy-mode", "cluster", "--listen", "127.0.0.1:0", "--", "true"));
  }

  @Test
  void submit_listenBeyondLoopback_wantsInsecure() {
    assertRefused("--insecure", submit("--listen", "0.0.0.0:0", "--", "true"));
  }

  @Test
  void submit_malformedRequestId_isRefused() {
    assertRefused("--request-id 'a b'", submit("--request-id", "a b", "--", "true"));
  }

  @Test
  void submit_missingTokenFile_isNamed() {
    Invocation invocation =
        Invocation.of(
            "submit", "--master", "127.0.0.1:1", "--token-file", "/nowhere/token", "--", "true");

    assertThat(invocation.code()).isEqualTo(ExitCodes.USAGE);
    assertThat(invocation.err()).contains("/nowhere/token");
  }

  private String[] submit(String... rest) {
    String[] args = new String[rest.length + 5];
    args[0] = "submit";
    args[1] = "--master";
    args[2] = "127.0.0.1:1";
    args[3] = "--token-file";
    args[4] = token().toString();
    System.arraycopy(rest, 0, args, 5, rest.length);
    return args;
  }

  private Path token() {
    Path file = directory.resolve("user-token");
    try {
      if (!Files.exists(file)) {
        Files.createFile(
            file,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, "someone:0123456789abcdef0123456789abcdef\n");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return file;
  }

  private Path jar(String entry) throws IOException {
    Path jar = directory.resolve("app.jar");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
      out.putNextEntry(new ZipEntry(entry));
      out.closeEntry();
    }
    return jar;
  }

  private void assertRefused(String words, String... args) {
    Invocation invocation = Invocation.of(args);

    assertThat(invocation.err()).contains(words);
    assertThat(invocation.code()).isEqualTo(ExitCodes.USAGE);
    assertThat(invocation.err().lines()).hasSize(1);
    assertThat(invocation.out()).isEmpty();
  }

  @Test
  void document_onLaunchers_namesOptionsThatThereAre() throws IOException {
    String document = Files.readString(Path.of("..", "docs", "writing-a-launcher.md"));
    List<MatchResult> commands =
        Pattern.compile("slipway (worker|workers|submit)( [^`|\\n]*)")
            .matcher(document)
            .results()
            .toList();

    assertThat(commands).hasSizeGreaterThan(6);
    for (MatchResult command : commands) {
      String help = Invocation.of(command.group(1), "--help").out();
      Pattern.compile("--[a-z][a-z-]*(?= |$)")
          .matcher(command.group(2))
          .results()
          .forEach(option -> assertThat(help).containsPattern(option.group() + "[=, ]"));
    }
  }
}
