package io.slipway.master.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class SnapshotCodecTest {
  @Test
  void read_whatWasWritten_isTheSame() throws Exception {
    StateRows rows = ledAtLevel(Round.FEATURE_LEVEL);

    assertThat(SnapshotCodec.read(new ByteArrayInputStream(written(rows)))).isEqualTo(rows);
  }

  @Test
  void read_ofANewerFeatureLevel_isRefusedAndNotMisread() throws Exception {
    byte[] newer = written(ledAtLevel(Round.FEATURE_LEVEL + 1));

    assertThatThrownBy(() -> SnapshotCodec.read(new ByteArrayInputStream(newer)))
        .isInstanceOf(StateFormatException.class)
        .hasMessageContaining("feature level " + (Round.FEATURE_LEVEL + 1));
  }

  private static StateRows ledAtLevel(int level) {
    ClusterState state = new ClusterState();
    state.apply(
        new Fact.Leading(
            "cluster-1", ByteString.copyFromUtf8("key"), level, ClusterSettings.DEFAULT, 0));
    return state.rows();
  }

  private static byte[] written(StateRows rows) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    SnapshotCodec.write(rows, out);
    return out.toByteArray();
  }
}
