package io.slipway.launcher.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.slipway.launcher.Launcher;
import io.slipway.launcher.LauncherProvider;
import io.slipway.launcher.LauncherSettings;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestExecutionResult.Status;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.PostDiscoveryFilter;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * The suite finds what is broken, and nothing else ({@link ITPlainLauncherContract} has the
 * launcher that they break). Several launchers are tried at the same time, each with all of its
 * suite on one thread.
 */
@Execution(ExecutionMode.CONCURRENT)
class ITLauncherContract {
  /** These wait for what can't happen, with less patience than what has to pass. */
  private static final String IN_VAIN = "in-vain";

  /** What takes a second or more is not tried with every launcher that is broken elsewhere. */
  private static final Set<String> LONG_TESTS =
      Set.of(
          "exit_everyCode_isTold",
          "exit_killedBySignal_isThatSignal",
          "exit_programThatEndsAtOnce_isTold",
          "launch_manyAtOnce_allRunTogether",
          "output_ofHundredMegabytes_isCompleteAndInOrder",
          "workerKilled_atAnyStepOfALaunch_nothingIsLostOrRunsTwice",
          "launch_interruptedWhileItWaits_isThroughOrLeavesNothing");

  /** Makes the launcher's provider of the suite that runs on this thread. */
  private static final ThreadLocal<Supplier<LauncherProvider>> PROVIDER = new ThreadLocal<>();

  /** The contract for the launcher of the present test; run through the JUnit platform only. */
  static class PlainContract extends LauncherContract {
    @Override
    protected LauncherProvider provider() {
      return PROVIDER.get().get();
    }
  }

  private static final List<Arguments> BROKEN =
      List.of(
          broken(
              BrokenLaunchers.LeaksEnvironment::new,
              "environment_ofProgram_isExactlyTheOneGiven",
              "environment_variablesThatTheLauncherSets_areThoseThatItDeclares"),
          broken(BrokenLaunchers.WrongDirectory::new, "workDirectory_ofProgram_isTheOneGiven"),
          broken(
              BrokenLaunchers.TrimsArguments::new,
              "arguments_withSpacesQuotesNewlinesAndUnicode_arriveUnchanged"),
          broken(BrokenLaunchers.LaunchesTwice::new, "launch_sameIdAgain_isRefusedAndRunsNothing"),
          broken(
              BrokenLaunchers.ForgetsReattach::new,
              "reattach_neverLaunched_saysSoAndRulesTheLaunchOut"),
          broken(BrokenLaunchers.IgnoresOptions::new, "launch_unknownOption_isRefusedNamingIt"),
          broken(BrokenLaunchers.IgnoresUsers::new, "launch_asAnotherUser_isRefusedUnlessPromised"),
          broken(
              BrokenLaunchers.ClaimsOtherUsers::new,
              "launch_asAnotherUser_isRefusedUnlessPromised"),
          broken(
              BrokenLaunchers.IgnoresInterrupts::new,
              "launch_interruptedThread_throwsAndLeavesNothing"),
          broken(
              BrokenLaunchers.StartsByShell::new,
              "launch_unknownProgram_throwsNamingItAndLeavesNothing",
              "launch_fileThatIsNoProgram_throwsNamingIt",
              "launch_fileThatIsNotExecutable_throwsNamingIt"),
          broken(BrokenLaunchers.ChangesItsMind::new, "declarations_askedAgain_areTheSame"),
          broken(BrokenLaunchers.MakesDirectories::new, "launch_noWorkDirectory_throwsNamingIt"),
          broken(
              BrokenLaunchers.NegativeUsage::new,
              "usage_whileItRunsAndAfterItsEnd_isToldOrUnknown"),
          broken(BrokenLaunchers.OneAtATime::new, "launch_manyAtOnce_allRunTogether"),
          broken(BrokenLaunchers.IgnoresMounts::new, "mount_ofDirectoryAndFile_isThereAtItsPath"),
          broken(BrokenLaunchers.ClaimsReadOnlyMounts::new, "mount_forReadingOnly_cantBeChanged"),
          broken(BrokenLaunchers.HidesPorts::new, "ports_ofProgramThatListens_areReached"),
          broken(
              BrokenLaunchers.ClaimsLimits::new,
              "limits_memoryUsedUp_isToldAsSuch",
              "limits_processors_areNoMoreThanTheCoresReserved"),
          broken(
              BrokenLaunchers.BlamesMemory::new,
              "limits_memoryUsedUp_isToldAsSuch",
              "limits_killedWithMemoryLeft_isNotToldAsMemoryUsedUp",
              "limits_processors_areNoMoreThanTheCoresReserved"),
          broken(
              BrokenLaunchers.WrongDirectoryOfPrograms::new,
              "files_inTheWorkDirectory_areReadAndWrittenByRelativePath"),
          broken(BrokenLaunchers.GivesInput::new, "standardInput_ofProgram_isAtItsEnd"),
          broken(
              BrokenLaunchers.HandsOutItsFiles::new, "output_scriptReopensItsStreams_losesNothing"),
          broken(
              BrokenLaunchers.MergesStreams::new, "output_bothStreams_areInTheirFilesWhenItEnds"),
          broken(
              BrokenLaunchers.HandsOutItsFuture::new, "exit_severalDependents_eachCompletesOnce"),
          broken(
              BrokenLaunchers.HidesCodesOfJava::new,
              "exit_mainReturns_isZero",
              "exit_mainThrows_isOne",
              "exit_javaProgramExits_isItsCode"),
          broken(BrokenLaunchers.SparesJava::new, "stop_javaProgram_endsIt"),
          broken(BrokenLaunchers.TellsForceAsAsking::new, "stop_withoutGrace_killsAtOnce"),
          broken(
              BrokenLaunchers.StopsTheDead::new,
              "stop_afterTheEnd_changesNothing",
              "exit_severalDependents_eachCompletesOnce"),
          broken(BrokenLaunchers.FlattensCodes::new, "exit_everyCode_isTold"),
          broken(
              BrokenLaunchers.HidesAmbiguity::new,
              "exit_code137_isToldFromKillOrSaysThatItIsNot",
              "exit_killedBySignal_isThatSignal"),
          broken(
              BrokenLaunchers.GuessesSignals::new,
              "exit_everyCode_isTold",
              "exit_code137_isToldFromKillOrSaysThatItIsNot",
              "exit_killedBySignal_isThatSignal"),
          broken(
              BrokenLaunchers.ClaimsWholeTree::new,
              "stop_treeThatTriesToEscape_isGoneCompletely",
              "exit_mainLeavesDaemonsBehind_theyAreGone"),
          broken(
              BrokenLaunchers.LeavesChildren::new,
              "exit_mainLeavesChildrenBehind_theyAreGone",
              "exit_mainLeavesOneInASessionOfItsOwn_itIsGone",
              "stop_programWithChildren_theyAreGoneToo"),
          broken(
              BrokenLaunchers.NeverForces::new,
              "stop_refused_killsAfterTheGrace",
              "stop_twice_theEarlierDeadlineCounts",
              "stop_programWithChildren_theyAreGoneToo"),
          // Whether it is seen to be too early depends on how soon the end is noticed.
          broken(
              BrokenLaunchers.NeverAsks::new,
              Set.of("stop_refused_killsAfterTheGrace", "stop_twice_theEarlierDeadlineCounts"),
              "stop_obeyed_endsWithinTheGrace"),
          broken(
              BrokenLaunchers.NeverRolls::new,
              "output_pastTheLimit_isRolledAndNothingLost",
              "output_longPastTheLimit_keepsTheNewestAndStaysBounded"),
          broken(BrokenLaunchers.RollsSilently::new, "output_rolled_tellsWhereTheNewestFileBegins"),
          broken(
              BrokenLaunchers.DropsOutput::new, "output_ofHundredMegabytes_isCompleteAndInOrder"),
          broken(
              BrokenLaunchers.WritesAtTheEnd::new,
              "output_whileTheProgramRuns_isThereBeforeItEnds"),
          broken(
              BrokenLaunchers.ClaimsToEndWithOwner::new,
              "workerKilled_executionMustNotOutliveIt_isStopped"),
          broken(
              BrokenLaunchers.ClaimsToOutlive::new,
              "reattach_stillRunning_tellsTheEndThatFollows",
              "exit_afterReattach_completesOnce",
              "reattach_endedMeanwhile_tellsHow",
              "reattach_afterTheEndWasTold_tellsItAgain",
              "workerKilled_atAnyStepOfALaunch_nothingIsLostOrRunsTwice",
              "stop_afterReattach_isCarriedOut",
              "stop_launcherClosedDuringTheGrace_isCarriedOutAllTheSame"),
          broken(
              BrokenLaunchers.ForgetsOnRestart::new,
              "reattach_neverLaunched_saysSoAndRulesTheLaunchOut",
              "reattach_stillRunning_tellsTheEndThatFollows",
              "exit_afterReattach_completesOnce",
              "reattach_endedMeanwhile_tellsHow",
              "reattach_afterTheEndWasTold_tellsItAgain",
              "reattach_afterRestart_keepsTheIdFromBeingLaunchedAgain",
              "stop_afterReattach_isCarriedOut",
              "stop_launcherClosedDuringTheGrace_isCarriedOutAllTheSame"));

  @Test
  void contract_brokenProvider_findsExactlyThat() {
    PROVIDER.set(() -> new BrokenProvider("Plain Launcher", PlainLauncher::new));

    assertThat(failures(test -> test.getName().matches("(provider|create)_.*")))
        .containsExactlyInAnyOrder(
            "provider_name_isLowerCaseLettersDigitsAndHyphens",
            "provider_spiVersion_isNotNewerThanThisSuite",
            "create_unknownSetting_isRefusedNamingIt");
  }

  /** Has no proper name, knows any setting, and was made for what is not there yet. */
  private record BrokenProvider(String name, Supplier<Launcher> launchers)
      implements LauncherProvider {
    @Override
    public int spiVersion() {
      return SPI_VERSION + 1;
    }

    @Override
    public Launcher create(LauncherSettings settings) {
      return launchers.get();
    }
  }

  private static Arguments broken(Supplier<Launcher> launcher, String... found) {
    return broken(launcher, Set.of(), found);
  }

  private static Arguments broken(
      Supplier<Launcher> launcher, Set<String> perhaps, String... found) {
    String name = launcher.get().getClass().getSimpleName();
    return Arguments.argumentSet(name, launcher, Set.of(found), perhaps);
  }

  @ParameterizedTest
  @FieldSource("BROKEN")
  @Tag(IN_VAIN)
  void contract_brokenLauncher_findsThat(
      Supplier<Launcher> launcher, Set<String> found, Set<String> perhaps) {
    assertThat(failures(launcher, test -> found.contains(test.getName())))
        .containsExactlyInAnyOrderElementsOf(found);
  }

  @ParameterizedTest
  @FieldSource("BROKEN")
  void contract_brokenLauncher_findsNothingElse(
      Supplier<Launcher> launcher, Set<String> found, Set<String> perhaps) {
    Set<Class<?>> groups = groups(found);

    Set<String> failures =
        failures(
            launcher,
            test ->
                groups.contains(test.getDeclaringClass())
                    && !found.contains(test.getName())
                    && !perhaps.contains(test.getName())
                    && !LONG_TESTS.contains(test.getName()));

    assertThat(failures).isEmpty();
  }

  /** The groups of promises to which tests belong: others can't fail for the same reason. */
  private static Set<Class<?>> groups(Set<String> tests) {
    return Stream.of(LauncherContract.class.getDeclaredClasses())
        .<Class<?>>map(Class::getSuperclass)
        .filter(
            group ->
                Stream.of(group.getDeclaredMethods())
                    .anyMatch(method -> tests.contains(method.getName())))
        .collect(Collectors.toSet());
  }

  /** The names of the tests that fail. */
  private static Set<String> failures(Supplier<Launcher> launcher, Predicate<Method> selected) {
    PROVIDER.set(() -> new PlainProvider("plain", launcher));
    return failures(selected);
  }

  private static Set<String> failures(Predicate<Method> selected) {
    Set<String> failed = ConcurrentHashMap.newKeySet();
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(selectClass(PlainContract.class))
            .configurationParameter("junit.jupiter.execution.parallel.enabled", "false")
            .filters(
                (PostDiscoveryFilter)
                    test ->
                        FilterResult.includedIf(
                            test.getSource()
                                .filter(MethodSource.class::isInstance)
                                .map(source -> ((MethodSource) source).getJavaMethod())
                                .map(selected::test)
                                .orElse(true)))
            .build();
    LauncherFactory.create()
        .execute(
            request,
            new TestExecutionListener() {
              @Override
              public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                if (result.getStatus() == Status.FAILED) {
                  failed.add(test.getDisplayName().replace("()", ""));
                }
              }
            });
    return new TreeSet<>(failed);
  }
}
