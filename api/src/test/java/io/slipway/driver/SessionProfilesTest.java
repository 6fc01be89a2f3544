package io.slipway.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.slipway.executor.ExecutorMain;
import io.slipway.model.Ending;
import io.slipway.model.HostPort;
import io.slipway.proto.application.v1.ProfileTarget;
import io.slipway.proto.application.v1.SetExecutorTargetsRequest;
import io.slipway.proto.common.v1.ArtifactReference;
import io.slipway.proto.common.v1.ExecutionInfo;
import io.slipway.proto.common.v1.ExecutionPhase;
import io.slipway.proto.common.v1.ExecutorCount;
import io.slipway.proto.common.v1.ExecutorProfileSpec;
import io.slipway.proto.common.v1.JvmCommand;
import io.slipway.proto.common.v1.NameValue;
import io.slipway.proto.common.v1.ProcessTemplate;
import io.slipway.proto.common.v1.ResourceAmounts;
import io.slipway.proto.common.v1.Termination;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Collectors;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Several kinds of executors in one session, and executors of the application's own. */
@Timeout(60)
class SessionProfilesTest {
  private static final String DIGEST = "ab".repeat(32);
  private static CountDownLatch begun = new CountDownLatch(1);
  private static CountDownLatch go = new CountDownLatch(1);

  /** What {@code slipway submit} says of executors. */
  private static ExecutorProfileSpec submitted(int total) {
    return ExecutorProfileSpec.newBuilder()
        .setName("default")
        .setTemplate(
            ProcessTemplate.newBuilder()
                .setJvm(
                    JvmCommand.newBuilder()
                        .setMainClass(ExecutorMain.class.getName())
                        .addClassPath(
                            ArtifactReference.newBuilder()
                                .setName("app.jar")
                                .setDigest(DIGEST)
                                .setSizeBytes(7)))
                .addEnvironment(NameValue.newBuilder().setName("REGION").setValue("north"))
                .addEnvironment(NameValue.newBuilder().setName("LEVEL").setValue("low"))
                .setResources(ResourceAmounts.newBuilder().setCores(1).setMemoryBytes(1 << 30)))
        .setTarget(ExecutorCount.newBuilder().setTotal(total))
        .build();
  }

  private static SessionProfile big() {
    return SessionProfile.named("big")
        .executors(3)
        .cores(8)
        .memory("4g")
        .jvmOption("-Dsize=big")
        .environment("LEVEL", "high")
        .launcher("docker")
        .launcherOption("image", "jre")
        .grace(Duration.ofSeconds(3));
  }

  private static SessionProfile store() {
    return SessionProfile.named("store")
        .executors(2)
        .command("sh", "store.sh", "{{SLIPWAY_EXECUTOR_NUMBER}}")
        .port("data");
  }

  private static SessionBed bed() throws InterruptedException {
    return new SessionBed(
        List.of(submitted(2)), builder -> builder.profile(big()).profile(store()));
  }

  private static ExecutorProfileSpec profile(FakeMaster master, String name) {
    return master.profiles().stream()
        .filter(profile -> profile.getName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static ExecutionInfo.Builder executor(int number, ExecutionPhase phase) {
    return ExecutionInfo.newBuilder()
        .setExecutionId(FakeMaster.APPLICATION.executor(number).toString())
        .setProfile("store")
        .setHost("h" + number)
        .addPorts(NameValue.newBuilder().setName("data").setValue("h" + number + ":4000"))
        .setPhase(phase);
  }

  private static Map<String, Integer> lastTargets(SessionBed bed) {
    List<SetExecutorTargetsRequest> targets = bed.master().targets();
    return targets.isEmpty()
        ? Map.of()
        : targets.get(targets.size() - 1).getTargetsList().stream()
            .collect(
                Collectors.toMap(
                    ProfileTarget::getProfile, target -> target.getTarget().getTotal()));
  }

  @Test
  void open_launched_addsProfilesToThoseSubmitted() throws Exception {
    try (SessionBed bed = bed()) {
      assertThat(bed.master().profiles())
          .extracting(ExecutorProfileSpec::getName)
          .containsExactly("default", "big", "store");
      assertThat(profile(bed.master(), "default")).isEqualTo(submitted(2));
      ExecutorProfileSpec big = profile(bed.master(), "big");
      assertThat(big.getTarget().getTotal()).isEqualTo(3);
      ProcessTemplate template = big.getTemplate();
      assertThat(template.getResources().getCores()).isEqualTo(8);
      assertThat(template.getResources().getMemoryBytes()).isEqualTo(4L << 30);
      assertThat(template.getJvm().getMainClass()).isEqualTo(ExecutorMain.class.getName());
      assertThat(template.getJvm().getJvmOptionsList()).containsExactly("-Dsize=big");
      assertThat(template.getJvm().getClassPathList())
          .extracting(ArtifactReference::getDigest)
          .containsExactly(DIGEST);
      assertThat(template.getEnvironmentList())
          .extracting(variable -> variable.getName() + "=" + variable.getValue())
          .containsExactly("LEVEL=high", "REGION=north");
      assertThat(template.getLauncher()).isEqualTo("docker");
      assertThat(template.getLauncherOptionsList())
          .extracting(NameValue::getName)
          .containsExactly("image");
      assertThat(template.getGracePeriod().getSeconds()).isEqualTo(3);
      assertThat(bed.master().targets()).isEmpty();
    }
  }

  @Test
  void open_profileWasSubmitted_staysAsItWas() throws Exception {
    ExecutorProfileSpec other = submitted(5).toBuilder().setName("big").build();
    try (SessionBed bed =
        new SessionBed(List.of(submitted(2), other), builder -> builder.profile(big()))) {
      assertThat(bed.master().profiles()).containsExactly(submitted(2), other);
    }
  }

  @Test
  void submit_toAProfile_runsInItsExecutorsAlone() throws Exception {
    try (SessionBed bed = bed()) {
      SlipwayExecutor big = bed.session().executor("big");
      bed.startExecutor(1);

      Future<Integer> task = big.submit(() -> 1);
      for (int i = 0; i < 100; i++) {
        bed.executor().submit(() -> 2).get();
      }
      assertThat(task.isDone()).isFalse();
      assertThat(big.waitingTasks()).isEqualTo(1);
      assertThat(bed.session().taskProgress()).isEqualTo(new TaskProgress(101, 100, 0, 0, 1, 0));
      bed.start(7, "big", 8);

      assertThat(task.get()).isEqualTo(1);
      assertThat(big.awaitExecutors(1, SessionBed.PATIENCE)).isTrue();
      assertThat(big.connectedCores()).isEqualTo(8);
      assertThat(bed.executor().connectedExecutors()).isEqualTo(1);
      assertThat(bed.session().awaitExecutors(2, SessionBed.PATIENCE)).isTrue();
      assertThat(bed.session().executors())
          .extracting(ExecutorView::profile)
          .containsExactly("default", "big");
      assertThat(bed.session().executor("big")).isSameAs(big);
      assertThat(bed.session().executor("default")).isSameAs(bed.executor());
      assertThat(big.profile()).isEqualTo("big");
    }
  }

  @Test
  void executorIsLost_itsTasksRunInAnotherOneOfTheProfile() throws Exception {
    begun = new CountDownLatch(1);
    go = new CountDownLatch(1);
    try (SessionBed bed = bed()) {
      bed.start(1, "big", 1);
      bed.start(2, "default", 1);
      assertThat(bed.session().awaitExecutors(2, SessionBed.PATIENCE)).isTrue();
      Future<Integer> task =
          bed.session()
              .executor("big")
              .submit(
                  () -> {
                    begun.countDown();
                    go.await();
                    return 1;
                  });
      begun.await();

      bed.killExecutor(1);
      await().until(() -> bed.session().executor("big").waitingTasks() == 1);
      go.countDown();
      assertThat(bed.executor().submit(() -> 2).get()).isEqualTo(2);
      assertThat(task.isDone()).isFalse();
      bed.start(3, "big", 1);

      assertThat(task.get()).isEqualTo(1);
    }
  }

  @Test
  void setExecutors_ofOneProfile_keepsTheTargetsOfTheOthers() throws Exception {
    try (SessionBed bed = bed()) {
      bed.session().executor("big").setExecutors(5);
      await().until(() -> lastTargets(bed).equals(Map.of("default", 2, "big", 5, "store", 2)));

      bed.session().executor("store").setExecutors(0);

      await().until(() -> lastTargets(bed).equals(Map.of("default", 2, "big", 5, "store", 0)));
    }
  }

  @Test
  void setExecutorsOnDemand_ofOneProfile_followsItsTasksAlone() throws Exception {
    try (SessionBed bed = bed()) {
      OnDemandExecutors range =
          new OnDemandExecutors(0, 4, Duration.ofMillis(20), Duration.ofMinutes(1));
      bed.session().executor("big").setExecutorsOnDemand(range);
      await().until(() -> lastTargets(bed).equals(Map.of("default", 2, "big", 0, "store", 2)));

      for (int i = 0; i < 100; i++) {
        bed.executor().submit(() -> 1);
      }
      for (int i = 0; i < 9; i++) { // of eight cores each
        bed.session().executor("big").submit(() -> 1);
      }

      await().until(() -> lastTargets(bed).equals(Map.of("default", 2, "big", 2, "store", 2)));
    }
  }

  @Test
  void shutdown_ofOneProfile_leavesTheOthers() throws Exception {
    try (SessionBed bed = bed()) {
      SlipwayExecutor big = bed.session().executor("big");
      bed.startExecutor(1);

      big.shutdown();

      assertThat(big.isTerminated()).isTrue();
      assertThatThrownBy(() -> big.submit(() -> 1)).isInstanceOf(RejectedExecutionException.class);
      assertThat(bed.executor().submit(() -> 2).get()).isEqualTo(2);
    }
  }

  @Test
  void close_tasksOfAllProfiles_failAndExecutorsLeave() throws Exception {
    try (SessionBed bed = bed()) {
      var executor = bed.start(1, "big", 1);
      assertThat(bed.session().executor("big").awaitExecutors(1, SessionBed.PATIENCE)).isTrue();
      Future<Integer> task = bed.executor().submit(() -> 1);

      bed.session().close();

      assertThatThrownBy(task::get).hasCauseInstanceOf(SessionClosedException.class);
      assertThat(executor.exitCode()).isZero();
      assertThatThrownBy(() -> bed.session().executor("big").awaitExecutors(1, Duration.ZERO))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("open another one");
    }
  }

  @Test
  void command_isStartedAsItStands() throws Exception {
    try (SessionBed bed = bed()) {
      ProcessTemplate template = profile(bed.master(), "store").getTemplate();

      assertThat(template.getProgram().getArgumentsList())
          .containsExactly("sh", "store.sh", "{{SLIPWAY_EXECUTOR_NUMBER}}");
      assertThat(template.getPortNamesList()).containsExactly("data");
    }
  }

  @Test
  void command_runsAndEnds_isToldWithItsExitStatus() throws Exception {
    List<String> heard = new CopyOnWriteArrayList<>();
    try (SessionBed bed = bed()) {
      SlipwayExecutor store = bed.session().executor("store");
      await().until(() -> bed.master().watchers() == 1);
      bed.session()
          .addListener(
              new SessionListener() {
                @Override
                public void executorStarted(ExecutorView executor) {
                  heard.add("started " + executor.number() + " of " + executor.profile());
                }

                @Override
                public void executorEnded(ExecutorView executor, Ending ending) {
                  heard.add("ended " + executor.number() + ", " + ending.status());
                }
              });

      bed.master().tell(true, executor(1, ExecutionPhase.EXECUTION_PHASE_LAUNCHING).build());
      bed.master().tell(false, executor(1, ExecutionPhase.EXECUTION_PHASE_RUNNING).build());

      assertThat(store.awaitExecutors(1, SessionBed.PATIENCE)).isTrue();
      assertThat(bed.session().awaitExecutors(1, SessionBed.PATIENCE)).isTrue();
      assertThat(store.connectedExecutors()).isEqualTo(1);
      assertThat(bed.session().executors().get(0).ports())
          .containsExactly(Map.entry("data", new HostPort("h1", 4000)));
      bed.session().releaseExecutors(List.of(1));
      await().until(() -> bed.master().released().equals(List.of(1)));
      bed.master()
          .tell(
              false,
              executor(1, ExecutionPhase.EXECUTION_PHASE_ENDED)
                  .setTermination(Termination.newBuilder().setExited(9))
                  .build());
      await().until(() -> heard.size() == 2);
      assertThat(heard).containsExactly("started 1 of store", "ended 1, exited with 9");
      assertThat(store.connectedExecutors()).isZero();
    }
  }

  @Test
  void command_isGivenATask_saysWhatToDoInstead() throws Exception {
    try (SessionBed bed = bed()) {
      SlipwayExecutor store = bed.session().executor("store");
      List<ThrowingCallable> uses =
          List.of(
              () -> store.submit(() -> 1),
              () -> store.execute(() -> {}),
              () -> store.submitNamed("a.Task", new byte[0]),
              () -> store.map(List.of(1), i -> i),
              () -> store.withTimeLimit(Duration.ofSeconds(1)).submit(() -> 1));
      for (ThrowingCallable use : uses) {
        assertThatThrownBy(use)
            .isInstanceOf(RejectedExecutionException.class)
            .hasMessage(
                "the executors of profile 'store' are a command of the application's own, and take"
                    + " no tasks: submit to a profile without a command, such as"
                    + " session.executor(\"default\"), and talk to these in their own way");
      }
      assertThatThrownBy(() -> store.setExecutorsOnDemand(OnDemandExecutors.between(0, 2)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("setExecutors");
    }
  }

  @Test
  void executorCommand_alone_makesTheUsualProfileACommand() throws Exception {
    try (SessionBed bed =
        new SessionBed(List.of(), builder -> builder.executorCommand("sleep", "60"))) {
      assertThat(bed.master().profiles().get(0).getTemplate().getProgram().getArgumentsList())
          .containsExactly("sleep", "60");
      assertThatThrownBy(() -> bed.executor().submit(() -> 1))
          .hasMessageContaining("profile 'default'")
          .hasMessageEndingWith("without a command, and talk to these in their own way");
    }
  }

  @Test
  void profile_wrong_isRefusedSayingWhy() throws Exception {
    SessionBuilder builder = SlipwaySession.builder().profile(big());
    assertThatThrownBy(() -> builder.profile(SessionProfile.named("big")))
        .hasMessage("two profiles of the name 'big': give one of them another name");
    assertThatThrownBy(() -> SessionProfile.named("Big One")).hasMessageContaining("'Big One'");
    assertThatThrownBy(() -> SessionProfile.named("p").cores(0)).hasMessageContaining("0");
    assertThatThrownBy(() -> SessionProfile.named("p").executors(-1)).hasMessageContaining("-1");
    assertThatThrownBy(() -> SessionProfile.named("p").command()).hasMessageContaining("'p'");
    assertThatThrownBy(() -> open(SessionProfile.named("p").memory("100m")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("profile 'p': memory of 100m");
    assertThatThrownBy(() -> open(SessionProfile.named("p").command("x", "{{SLIPWAY_NO}}")))
        .hasMessageContaining("profile 'p'")
        .hasMessageContaining("SLIPWAY_NO");
    assertThatThrownBy(() -> open(SessionProfile.named("p").environment("SLIPWAY_X", "1")))
        .hasMessageContaining("profile 'p'")
        .hasMessageContaining("SLIPWAY_X");
    assertThatThrownBy(() -> open(SessionProfile.named("p").command("x").jvmOption("-Da=b")))
        .hasMessageContaining("put them into the command");
    try (SessionBed bed = bed()) {
      assertThatThrownBy(() -> bed.session().executor("bigger"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "this session has no profile 'bigger', but default, big, store: declare it with"
                  + " SessionBuilder.profile before the session is opened");
    }
  }

  @Test
  void open_launched_fileWasNotSubmitted_saysThatItMustBe(@TempDir Path directory)
      throws Exception {
    Path script = Files.writeString(directory.resolve("store.sh"), "sleep 60");
    try (FakeMaster master = new FakeMaster()) {
      master.loseFiles();

      assertThatThrownBy(
              () ->
                  SlipwaySession.builder()
                      .environment(SessionBed.environment(master))
                      .profile(store().file(script))
                      .open())
          .isInstanceOf(SessionException.class)
          .hasMessageContaining("has not been uploaded")
          .hasMessageContaining("--file");
    }
  }

  private static void open(SessionProfile profile) throws InterruptedException {
    SlipwaySession.builder().environment(Map.of()).master("127.0.0.1:1").profile(profile).open();
  }

  @Test
  void hosted_filesOfAProfile_areUploaded(@TempDir Path directory) throws Exception {
    Path script = Files.writeString(directory.resolve("store.sh"), "sleep 60");
    try (FakeMaster master = new FakeMaster();
        SlipwaySession session =
            SlipwaySession.builder()
                .environment(Map.of())
                .master(master.address().toString())
                .token(FakeMaster.USER_TOKEN)
                .executors(0)
                .profile(store().file(script))
                .open()) {
      ArtifactReference file = profile(master, "store").getTemplate().getFiles(0);

      assertThat(file.getName()).isEqualTo("store.sh");
      assertThat(master.artifacts().get(file.getDigest())).asString().isEqualTo("sleep 60");
      assertThat(profile(master, "default").getTarget().getTotal()).isZero();
      assertThat(profile(master, "default").getTemplate().getFilesList()).isEmpty();
      assertThat(session.executor().profile()).isEqualTo("default");
    }
  }
}
