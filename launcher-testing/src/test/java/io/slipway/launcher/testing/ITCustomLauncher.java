package io.slipway.launcher.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.slipway.launcher.Launcher;
import io.slipway.launcher.LauncherProvider;
import io.slipway.launcher.LauncherSettings;
import io.slipway.launcher.Promise;
import io.slipway.model.Ending;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPath;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;
import org.junit.platform.launcher.listeners.TestExecutionSummary.Failure;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

/**
 * The project of a launcher's author, under {@code examples/custom-launcher}, and what is written
 * about it. Its sources are compiled and its tests run as Maven would, without Maven.
 */
class ITCustomLauncher {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Path PROJECT = ROOT.resolve("examples/custom-launcher");
  private static final Path DOCUMENT = ROOT.resolve("docs/writing-a-launcher.md");
  private static final Pattern QUOTED =
      Pattern.compile("(?m)^```(?:java|xml|text)\\n(.*?)^```", Pattern.DOTALL);

  @TempDir static Path directory;

  private static URLClassLoader classes;

  @BeforeAll
  static void compile() throws Exception {
    Path main = directory.resolve("classes");
    Path test = directory.resolve("test-classes");
    // The interface alone, as the project's pom has it.
    String spi = codeOf(LauncherProvider.class) + ":" + codeOf(Ending.class);
    compile(PROJECT.resolve("src/main/java"), main, spi);
    compile(
        PROJECT.resolve("src/test/java"), test, main + ":" + System.getProperty("java.class.path"));
    classes =
        new URLClassLoader(
            new URL[] {
              main.toUri().toURL(),
              PROJECT.resolve("src/main/resources").toUri().toURL(),
              test.toUri().toURL()
            },
            ITCustomLauncher.class.getClassLoader());
  }

  @AfterAll
  static void close() throws IOException {
    if (classes != null) {
      classes.close();
    }
  }

  private static Path codeOf(Class<?> type) throws Exception {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
  }

  private static void compile(Path sources, Path into, String classPath) throws IOException {
    List<String> arguments =
        new ArrayList<>(
            List.of("-proc:none", "-Xlint:all", "-Werror", "--release", "17", "-cp", classPath));
    arguments.addAll(List.of("-d", into.toString()));
    try (Stream<Path> files = Files.walk(sources)) {
      files.map(Path::toString).filter(name -> name.endsWith(".java")).forEach(arguments::add);
    }
    ByteArrayOutputStream messages = new ByteArrayOutputStream();
    int result =
        ToolProvider.getSystemJavaCompiler()
            .run(null, messages, messages, arguments.toArray(String[]::new));
    assertThat(result).as(messages.toString(UTF_8)).isZero();
  }

  @Test
  void tests_ofTheProject_pass() throws Exception {
    Skipped listener = new Skipped();

    LauncherFactory.create()
        .execute(
            LauncherDiscoveryRequestBuilder.request()
                .selectors(
                    selectClass(classes.loadClass("com.example.nice.NiceLauncherTest")),
                    selectClass(classes.loadClass("com.example.nice.NiceLauncherOwnTest")))
                .build(),
            listener);

    TestExecutionSummary summary = listener.getSummary();
    assertThat(summary.getFailures().stream().map(ITCustomLauncher::describe)).isEmpty();
    assertThat(summary.getTestsSucceededCount()).isGreaterThan(30);
    // What it declares is what was not tested, and nothing besides.
    Set<String> declared = new TreeSet<>();
    notPromised().forEach(promise -> declared.add(promise.name()));
    assertThat(declared).containsAll(listener.promises);
  }

  private static String describe(Failure failure) {
    return failure.getTestIdentifier().getUniqueId() + ": " + failure.getException();
  }

  /** Also collects the promises for whose sake tests were skipped. */
  private static final class Skipped extends SummaryGeneratingListener {
    private final Set<String> promises = new ConcurrentSkipListSet<>();

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
      super.executionFinished(test, result);
      if (result.getStatus() == TestExecutionResult.Status.ABORTED) {
        String message = result.getThrowable().orElseThrow().getMessage();
        promises.add(message.replaceAll(".* does not promise ([A-Z_]+):.*", "$1"));
      }
    }
  }

  private static Set<Promise> notPromised() throws Exception {
    for (LauncherProvider provider : ServiceLoader.load(LauncherProvider.class, classes)) {
      if (provider.name().equals("nice")) {
        LauncherSettings settings =
            new LauncherSettings("w-1", directory, directory, true, new TreeMap<>());
        try (Launcher launcher = provider.create(settings)) {
          return launcher.notPromised();
        }
      }
    }
    throw new AssertionError("META-INF/services does not lead to the provider");
  }

  @Test
  void pom_ofTheProject_standsAloneAndNamesThisVersion() throws Exception {
    Document pom = parse(PROJECT.resolve("pom.xml"));
    Document own = parse(ROOT.resolve("pom.xml"));

    assertThat(texts(pom, "/project/parent")).isEmpty();
    assertThat(texts(pom, "/project/dependencies/dependency/artifactId"))
        .containsExactly("slipway-launcher-spi", "slipway-launcher-testing", "junit-jupiter");
    assertThat(texts(pom, "/project/dependencies/dependency/scope"))
        .containsExactly("provided", "test", "test");
    assertThat(texts(pom, "/project/properties/slipway.version"))
        .isEqualTo(texts(own, "/project/version"));
    for (String property : List.of("junit.version", "maven.compiler.release")) {
      assertThat(texts(pom, "/project/properties/" + property))
          .isEqualTo(texts(own, "/project/properties/" + property));
    }
    List<String> versions = pluginVersions(own);
    assertThat(pluginVersions(pom)).isNotEmpty().allSatisfy(p -> assertThat(versions).contains(p));
  }

  private static List<String> pluginVersions(Document pom) throws Exception {
    List<String> found = new ArrayList<>();
    for (String artifact : texts(pom, "//plugin[version]/artifactId")) {
      found.add(artifact + texts(pom, "//plugin[artifactId='" + artifact + "']/version"));
    }
    return found;
  }

  private static Document parse(Path file) throws Exception {
    return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file.toFile());
  }

  private static List<String> texts(Document document, String path) throws Exception {
    XPath search = XPathFactory.newInstance().newXPath();
    NodeList nodes = (NodeList) search.evaluate(path, document, XPathConstants.NODESET);
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < nodes.getLength(); i++) {
      texts.add(nodes.item(i).getTextContent().strip());
    }
    return texts;
  }

  @Test
  void document_whatItQuotes_standsInTheProject() throws Exception {
    List<String> files = new ArrayList<>();
    try (Stream<Path> all = Files.walk(PROJECT)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        if (!file.startsWith(PROJECT.resolve("target"))) {
          files.add(withoutIndentation(Files.readString(file)));
        }
      }
    }

    List<String> quotations =
        QUOTED
            .matcher(Files.readString(DOCUMENT))
            .results()
            .map((MatchResult block) -> withoutIndentation(block.group(1)))
            .toList();

    assertThat(quotations)
        .hasSizeGreaterThan(8)
        .allSatisfy(
            quotation ->
                assertThat(files).as(quotation).anyMatch(file -> file.contains(quotation)));
  }

  private static String withoutIndentation(String text) {
    return "\n" + String.join("\n", text.lines().map(String::strip).toList()) + "\n";
  }

  @Test
  void document_itsTableOfPromises_isComplete() throws Exception {
    List<String> rows =
        Files.readAllLines(DOCUMENT).stream()
            .filter(line -> line.matches("\\| `[A-Z_]+` \\|.*"))
            .toList();
    List<String> expected = new ArrayList<>();
    Set<Promise> not = EnumSet.copyOf(notPromised());
    for (Promise promise : Promise.values()) {
      expected.add(
          "| `"
              + promise.name()
              + "` | "
              + promise.words()
              + " | "
              + (not.contains(promise) ? "no" : "yes")
              + " |");
    }

    assertThat(rows.stream().map(ITCustomLauncher::firstThreeColumns)).isEqualTo(expected);
  }

  private static String firstThreeColumns(String row) {
    return String.join("|", Arrays.asList(row.split("\\|")).subList(0, 4)) + "|";
  }
}
