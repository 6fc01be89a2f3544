package io.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DocumentsTest {
  /** Set to make the pages again instead of comparing them. */
  private static final String WRITE = "slipway.documents.write";

  @TempDir Path directory;

  @Test
  void configuration_isAsTheCodeSays() throws IOException {
    check("configuration.md", ConfigurationDocument.text());
  }

  @Test
  void commandLine_isAsTheCodeSays() throws IOException {
    check("command-line.md", CommandPages.document());
  }

  @Test
  void manual_hasAPageForEachCommand() throws IOException {
    Invocation invocation = Invocation.of("manual", directory.resolve("man1").toString());

    assertThat(invocation.code()).isZero();
    assertThat(directory.resolve("man1/slipway.1")).content().contains(".TH \"SLIPWAY\" \"1\"");
    assertThat(directory.resolve("man1/slipway-submit.1"))
        .content()
        .contains(".SH NAME\nslipway\\-submit \\- ", "\\fB\\-\\-executors\\fR \\fI")
        .contains(".SH EXAMPLES\n.nf\nslipway submit app.jar")
        .doesNotContainPattern("(?m)^'");
    assertThat(directory.resolve("man1/slipway-kill.1"))
        .content()
        .contains(".SH NOTES\n", ".SH EXIT STATUS\n0 each end");
    assertThat(directory.resolve("man1/slipway-archive.1")).doesNotExist();
  }

  @Test
  void completion_knowsCommandsAndFlags() {
    Invocation bash = Invocation.of("completion", "bash");
    Invocation zsh = Invocation.of("completion", "zsh");

    assertThat(bash.code()).isZero();
    assertThat(bash.out()).contains("complete -o default -F", "--executor-memory", "workers");
    assertThat(zsh.out()).startsWith("#compdef slipway\n").contains("compdef _slipway slipway");
    assertThat(Invocation.of("completion", "fish").code()).isEqualTo(ExitCodes.USAGE);
  }

  private static void check(String name, String expected) throws IOException {
    Path page = Path.of("..", "docs", name);
    if (Boolean.getBoolean(WRITE)) {
      Files.writeString(page, expected);
    }
    assertThat(page)
        .as(
            "docs/%s; to make it again: mvn test -pl cli -am -Dtest=DocumentsTest"
                + " -Dsurefire.failIfNoSpecifiedTests=false -D%s=true",
            name, WRITE)
        .exists()
        .hasContent(expected);
  }
}
