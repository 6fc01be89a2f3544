package io.slipway.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.slipway.proto.common.v1.Reason;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class StatusMappingTest {
  @Test
  void refusal_asStatusAndBack_isTheSame() {
    Refusal sent =
        Refusal.of(Status.Code.RESOURCE_EXHAUSTED, Reason.REASON_OVERLOADED, "later, pléase")
            .with("a", "b")
            .withRetryDelay(Duration.ofMillis(1_250));

    StatusRuntimeException status = StatusMapping.toStatus(new CompletionException(sent));
    Refusal received = StatusMapping.toRefusal(status);

    assertThat(received.code()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(received.reason()).isEqualTo(Reason.REASON_OVERLOADED);
    assertThat(received).hasMessage("later, pléase");
    assertThat(received.metadata()).containsEntry("a", "b");
    assertThat(received.retryDelay()).contains(Duration.ofMillis(1_250));
    assertThat(received.isRetryable()).isTrue();
    assertThat(StatusMapping.isOurs(status.getStatus(), status.getTrailers())).isTrue();
  }

  @Test
  void notLeader_namesTheLeader() {
    Refusal refusal =
        StatusMapping.toRefusal(StatusMapping.toStatus(Refusal.notLeader(Optional.of("h:1"))));

    assertThat(refusal.metadata()).containsEntry(Refusal.LEADER, "h:1");
    assertThat(refusal.code()).isEqualTo(Status.Code.UNAVAILABLE);
  }

  @Test
  void illegalArgument_isInvalidArgument() {
    StatusRuntimeException status = StatusMapping.toStatus(new IllegalArgumentException("bad x"));

    assertThat(status.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(status.getStatus().getDescription()).isEqualTo("bad x");
  }

  @Test
  void defect_isInternalWithoutItsDetails() {
    StatusRuntimeException status =
        StatusMapping.toStatus(new IllegalStateException("the secret is 42"));

    assertThat(status.getStatus().getCode()).isEqualTo(Status.Code.INTERNAL);
    assertThat(status.getStatus().getDescription()).doesNotContain("42");
  }

  @Test
  void statusOfSomethingElse_isNotOurs() {
    StatusRuntimeException status = Status.UNIMPLEMENTED.asRuntimeException();

    assertThat(StatusMapping.isOurs(status.getStatus(), status.getTrailers())).isFalse();
    assertThat(StatusMapping.toRefusal(status).reason()).isEqualTo(Reason.REASON_UNSPECIFIED);
    assertThat(StatusMapping.toRefusal(status).isRetryable()).isFalse();
  }
}
