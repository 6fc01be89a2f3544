package io.slipway.launcher.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.slipway.launcher.Launcher;
import io.slipway.launcher.LauncherProvider;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestExecutionResult.Status;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.PostDiscoveryFilter;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** The suite finds what is broken, and nothing else. */
class ITLauncherContract {
  /** What takes a second or more is not tried with every launcher that is broken elsewhere. */
  private static final Set<String> LONG_TESTS =
      Set.of(
          "exit_everyCode_isTold",
          "exit_killedBySignal_isThatSignal",
          "exit_programThatEndsAtOnce_isTold",
          "launch_manyAtOnce_allRunTogether",
          "launch_interruptedWhileItWaits_isThroughOrLeavesNothing");

  private static volatile Supplier<Launcher> launchers = PlainLauncher::new;

  /** The contract for the launcher of the present test; run through the JUnit platform only. */
  static class PlainContract extends LauncherContract {
    @Override
    protected LauncherProvider provider() {
      return new PlainProvider("plain", launchers);
    }
  }

  @Test
  void contract_soundLauncher_findsNothing() {
    assertThat(failures(PlainLauncher::new, test -> true)).isEmpty();
  }

  static Stream<Arguments> broken() {
    return Stream.of(
        broken(BrokenLaunchers.LeaksEnvironment::new, "environment_ofProgram_isExactlyTheOneGiven"),
        broken(BrokenLaunchers.WrongDirectory::new, "workDirectory_ofProgram_isTheOneGiven"),
        broken(
            BrokenLaunchers.TrimsArguments::new,
            "arguments_withSpacesQuotesNewlinesAndUnicode_arriveUnchanged"),
        broken(BrokenLaunchers.LaunchesTwice::new, "launch_sameIdAgain_isRefusedAndRunsNothing"),
        broken(
            BrokenLaunchers.ForgetsReattach::new,
            "reattach_neverLaunched_saysSoAndRulesTheLaunchOut"),
        broken(BrokenLaunchers.IgnoresOptions::new, "launch_unknownOption_isRefusedNamingIt"),
        broken(
            BrokenLaunchers.IgnoresInterrupts::new,
            "launch_interruptedThread_throwsAndLeavesNothing"),
        broken(BrokenLaunchers.MergesStreams::new, "output_bothStreams_areInTheirFilesWhenItEnds"),
        broken(BrokenLaunchers.HandsOutItsFuture::new, "exit_severalDependents_eachCompletesOnce"),
        broken(BrokenLaunchers.FlattensCodes::new, "exit_everyCode_isTold"),
        broken(
            BrokenLaunchers.GuessesSignals::new,
            "exit_everyCode_isTold",
            "exit_code137_isToldFromKill",
            "exit_killedBySignal_isThatSignal"),
        broken(
            BrokenLaunchers.ClaimsWholeTree::new,
            "stop_treeThatTriesToEscape_isGoneCompletely",
            "exit_mainLeavesDaemonsBehind_theyAreGone"),
        broken(
            BrokenLaunchers.LeavesChildren::new,
            "exit_mainLeavesChildrenBehind_theyAreGone",
            "stop_programWithChildren_theyAreGoneToo"),
        broken(
            BrokenLaunchers.NeverForces::new,
            "stop_refused_killsAfterTheGrace",
            "stop_twice_theEarlierDeadlineCounts",
            "stop_programWithChildren_theyAreGoneToo"),
        broken(
            BrokenLaunchers.NeverAsks::new,
            "stop_obeyed_endsWithinTheGrace",
            "stop_refused_killsAfterTheGrace",
            "stop_twice_theEarlierDeadlineCounts"),
        broken(
            BrokenLaunchers.NeverRolls::new,
            "output_longPastTheLimit_keepsTheNewestAndStaysBounded"),
        broken(
            BrokenLaunchers.ClaimsToOutlive::new,
            "reattach_stillRunning_tellsTheEndThatFollows",
            "reattach_endedMeanwhile_tellsHow",
            "reattach_afterTheEndWasTold_tellsItAgain",
            "stop_afterReattach_isCarriedOut",
            "stop_launcherClosedDuringTheGrace_isCarriedOutAllTheSame"));
  }

  private static Arguments broken(Supplier<Launcher> launcher, String... found) {
    String name = launcher.get().getClass().getSimpleName();
    return Arguments.argumentSet(name, launcher, Set.of(found));
  }

  @ParameterizedTest
  @MethodSource("broken")
  void contract_brokenLauncher_findsExactlyThat(Supplier<Launcher> launcher, Set<String> found) {
    Set<String> failures =
        failures(launcher, test -> found.contains(test) || !LONG_TESTS.contains(test));

    assertThat(failures).containsExactlyInAnyOrderElementsOf(found);
  }

  /** The names of the tests that fail. */
  private static Set<String> failures(Supplier<Launcher> launcher, Predicate<String> selected) {
    launchers = launcher;
    Set<String> failed = ConcurrentHashMap.newKeySet();
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(selectClass(PlainContract.class))
            .filters(
                (PostDiscoveryFilter)
                    test ->
                        FilterResult.includedIf(
                            !test.isTest() || selected.test(name(test.getDisplayName()))))
            .build();
    LauncherFactory.create()
        .execute(
            request,
            new TestExecutionListener() {
              @Override
              public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                if (result.getStatus() == Status.FAILED) {
                  failed.add(name(test.getDisplayName()));
                }
              }
            });
    return new TreeSet<>(failed);
  }

  private static String name(String displayName) {
    return displayName.replace("()", "");
  }
}
