package io.slipway.driver;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.proto.common.v1.Termination;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Programs with a hosted session, as processes of their own. */
@Timeout(120)
class ITHostedProgram {
  private final FakeMaster master = new FakeMaster();
  private Process process;

  /** Opens a session, and does not close it. */
  static final class Unclosed {
    private Unclosed() {}

    /** Exits with a code, the last of its arguments: address of a master, token, code. */
    public static void main(String[] arguments) throws InterruptedException {
      SlipwaySession unclosed =
          SlipwaySession.builder()
              .environment(Map.of())
              .master(arguments[0])
              .token(arguments[1])
              .open();
      System.out.println(unclosed.applicationId());
      System.exit(Integer.parseInt(arguments[2]));
    }
  }

  @AfterEach
  void stopWhatIsLeft() {
    if (process != null) {
      process.destroyForcibly();
    }
    master.close();
  }

  @Test
  void exit_sessionIsOpen_keepsItsCodeAndTheSessionHasFailedSayingSo() throws Exception {
    process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                Unclosed.class.getName(),
                master.address().toString(),
                FakeMaster.USER_TOKEN,
                "0")
            .inheritIO()
            .start();

    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();

    assertThat(process.exitValue()).isZero();
    assertThat(master.finishes()).hasSize(1);
    Termination told = master.finishes().get(0).getTermination();
    assertThat(told.getExited()).isEqualTo(1);
    assertThat(told.getCause()).isEqualTo("ended without closing its session");
  }
}
