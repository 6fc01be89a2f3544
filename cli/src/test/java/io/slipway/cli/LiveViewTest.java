package io.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class LiveViewTest {
  private final StringWriter terminal = new StringWriter();

  @Test
  void show_again_takesThePlaceOfTheFirst() {
    LiveView view = new LiveView(new PrintWriter(terminal), 10);

    view.show("one\ntwo\n");
    terminal.getBuffer().setLength(0);
    view.show("three\n");

    assertThat(terminal.toString())
        .isEqualTo("\u001b[H\u001b[?7lthree\u001b[K\n\u001b[J\u001b[?7h");
  }

  @Test
  void show_moreThanTheTerminalHas_tellsHowMuchIsMissing() {
    LiveView view = new LiveView(new PrintWriter(terminal), 4);

    view.show("1\n2\n3\n4\n5\n");

    assertThat(terminal.toString())
        .contains("1\u001b[K\n2\u001b[K\n... 3 more lines")
        .doesNotContain("4");
    assertThat(terminal.toString().lines()).hasSize(4);
  }
}
