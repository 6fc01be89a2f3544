package io.slipway.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import org.junit.jupiter.api.Test;

class PrefixedLinesTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  @Test
  void copy_eachLine_standsBehindItsSource() throws IOException {
    copy("d1", "one\n\ntwo\n");

    assertThat(out.toString(UTF_8)).isEqualTo("d1 | one\nd1 | \nd1 | two\n");
  }

  @Test
  void copy_lastLineWithoutAnEnd_getsOne() throws IOException {
    copy("e12", "one\ntwo");

    assertThat(out.toString(UTF_8)).isEqualTo("e12 | one\ne12 | two\n");
  }

  @Test
  void copy_nothing_writesNothing() throws IOException {
    copy("e1", "");

    assertThat(out.size()).isZero();
  }

  @Test
  void copy_lineWithoutBounds_becomesSeveral() throws IOException {
    copy("e1", "x".repeat(65_536) + "y\n");

    assertThat(out.toString(UTF_8)).isEqualTo("e1 | " + "x".repeat(65_536) + "\ne1 | y\n");
  }

  @Test
  void copy_nobodyReads_isToldApart() {
    PrefixedLines lines =
        new PrefixedLines(
            new OutputStream() {
              @Override
              public void write(int b) throws IOException {
                throw new IOException("Broken pipe");
              }
            });

    assertThatThrownBy(() -> lines.copy("e1", new ByteArrayInputStream("x\n".getBytes(UTF_8))))
        .isInstanceOf(LogsCommand.ReaderGoneException.class);
  }

  private void copy(String name, String text) throws IOException {
    new PrefixedLines(out).copy(name, new ByteArrayInputStream(text.getBytes(UTF_8)));
  }
}
