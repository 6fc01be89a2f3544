package io.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TextTableTest {
  @Test
  void toString_columns_lineUp() {
    TextTable table = new TextTable("ID", "STATE", "NAME");
    table.row("app-1", "RUNNING", "x");
    table.row("app-22", "LOST", "");

    assertThat(table.toString())
        .isEqualTo("ID      STATE    NAME\napp-1   RUNNING  x\napp-22  LOST\n");
  }

  @Test
  void row_controlCharacters_areReplaced() {
    TextTable table = new TextTable("NAME");
    table.row("a\u001b[2Jb\n");

    assertThat(table.toString()).isEqualTo("NAME\na\uFFFD[2Jb\uFFFD\n");
  }
}
