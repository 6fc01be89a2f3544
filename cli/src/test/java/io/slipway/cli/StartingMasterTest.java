package io.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.stub.StreamObserver;
import io.slipway.model.HostPort;
import io.slipway.proto.cluster.v1.ClusterServiceGrpc;
import io.slipway.proto.cluster.v1.ListWorkersRequest;
import io.slipway.proto.cluster.v1.ListWorkersResponse;
import io.slipway.proto.submission.v1.ApplicationInfo;
import io.slipway.proto.submission.v1.GetApplicationRequest;
import io.slipway.proto.submission.v1.GetApplicationResponse;
import io.slipway.proto.submission.v1.ListApplicationsRequest;
import io.slipway.proto.submission.v1.ListApplicationsResponse;
import io.slipway.proto.submission.v1.SubmissionServiceGrpc;
import io.slipway.proto.submission.v1.SubmissionSpec;
import io.slipway.rpc.AccessRule;
import io.slipway.rpc.Authenticator;
import io.slipway.rpc.Principal;
import io.slipway.rpc.Refusal;
import io.slipway.rpc.RpcServer;
import io.slipway.rpc.Servers;
import io.slipway.rpc.TokenFiles;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Commands whose master has its port open, and does not lead yet. */
@Timeout(60)
class StartingMasterTest {
  private static final int CALLS_BEFORE_IT_LEADS = 2;
  private static final String ID = "app-20261122-0007";

  @TempDir private Path directory;
  private final AtomicInteger calls = new AtomicInteger();
  private TokenFiles tokens;
  private RpcServer master;

  @BeforeEach
  void start() throws Exception {
    tokens = new TokenFiles(directory);
    tokens.createMissing("alice");
    AccessRule users = AccessRule.allow(Principal.Kind.USER);
    master =
        Servers.at(new HostPort("127.0.0.1", 0), Authenticator.user(tokens.userToken()))
            .service(new Cluster(), users)
            .service(new Applications(), users)
            .open();
  }

  @AfterEach
  void stop() {
    master.close();
  }

  @Test
  void list_masterThatDoesNotLeadYet_waitsForIt() {
    assertThat(ask("list").out()).contains(ID);
  }

  @Test
  void status_masterThatDoesNotLeadYet_waitsForIt() {
    assertThat(ask("status", ID).out()).contains(ID).contains("SUCCEEDED");
  }

  @Test
  void workers_masterThatDoesNotLeadYet_waitsForIt() {
    assertThat(ask("workers").out()).isEqualTo("no workers\n");
  }

  private Invocation ask(String command, String... arguments) {
    String[] line = new String[arguments.length + 5];
    line[0] = command;
    line[1] = "--master";
    line[2] = master.advertised().toString();
    line[3] = "--token-file";
    line[4] = tokens.directory().resolve("user-token").toString();
    System.arraycopy(arguments, 0, line, 5, arguments.length);

    Invocation invocation = Invocation.of(line);

    assertThat(invocation.err()).isEmpty();
    assertThat(invocation.code()).isEqualTo(ExitCodes.OK);
    assertThat(calls.get()).isGreaterThan(CALLS_BEFORE_IT_LEADS);
    return invocation;
  }

  private void lead() {
    if (calls.incrementAndGet() <= CALLS_BEFORE_IT_LEADS) {
      throw Refusal.notLeader(Optional.empty());
    }
  }

  private static ApplicationInfo application() {
    return ApplicationInfo.newBuilder()
        .setApplicationId(ID)
        .setName("report")
        .setOwner("alice")
        .setMode(SubmissionSpec.Mode.MODE_CLUSTER)
        .setState(ApplicationInfo.State.STATE_SUCCEEDED)
        .build();
  }

  private final class Cluster extends ClusterServiceGrpc.ClusterServiceImplBase {
    @Override
    public void listWorkers(
        ListWorkersRequest request, StreamObserver<ListWorkersResponse> observer) {
      lead();
      observer.onNext(ListWorkersResponse.getDefaultInstance());
      observer.onCompleted();
    }
  }

  private final class Applications extends SubmissionServiceGrpc.SubmissionServiceImplBase {
    @Override
    public void listApplications(
        ListApplicationsRequest request, StreamObserver<ListApplicationsResponse> observer) {
      lead();
      observer.onNext(ListApplicationsResponse.newBuilder().addApplications(application()).build());
      observer.onCompleted();
    }

    @Override
    public void getApplication(
        GetApplicationRequest request, StreamObserver<GetApplicationResponse> observer) {
      lead();
      observer.onNext(GetApplicationResponse.newBuilder().setApplication(application()).build());
      observer.onCompleted();
    }
  }
}
