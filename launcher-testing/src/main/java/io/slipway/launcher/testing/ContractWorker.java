package io.slipway.launcher.testing;

import io.slipway.launcher.LaunchException;
import io.slipway.launcher.Launcher;
import io.slipway.launcher.LauncherProvider;
import io.slipway.launcher.testing.ContractBed.Execution;
import io.slipway.model.ExecutionId;
import java.lang.reflect.Constructor;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;

/**
 * A process that launches and is then killed by a test of {@link LauncherContract}, as a worker
 * might be.
 */
final class ContractWorker {
  /** In the working directory once the launcher is about to be called. */
  static final String LAUNCHING = "launching";

  /** In the working directory once it has returned. */
  static final String LAUNCHED = "launched";

  private static final int FIXED_ARGUMENTS = 6;

  private ContractWorker() {}

  /**
   * Launches one execution after the other, and then waits for ever.
   *
   * @param arguments the provider's class, the bed's directory, whether processes outlive their
   *     owner, settings of the launcher and options of launches in {@linkplain #encode code}, a
   *     script, and the execution ids
   */
  public static void main(String[] arguments) throws Exception {
    Path root = Path.of(arguments[1]);
    Constructor<?> constructor = Class.forName(arguments[0]).getDeclaredConstructor();
    constructor.setAccessible(true);
    LauncherProvider provider = (LauncherProvider) constructor.newInstance();
    Launcher launcher =
        provider.create(
            ContractBed.settings(root, Boolean.parseBoolean(arguments[2]), decode(arguments[3])));
    List<String> ids = Arrays.asList(arguments).subList(FIXED_ARGUMENTS, arguments.length);
    for (String id : ids) {
      Execution execution =
          new Execution(ExecutionId.parse(id), root.resolve("executions").resolve(id));
      Files.createFile(execution.file(LAUNCHING));
      try {
        launcher.launch(
            ContractBed.spec(execution, ContractBed.shell(arguments[5]), decode(arguments[4])),
            execution.directory());
      } catch (LaunchException e) {
        throw new IllegalStateException(e);
      }
      Files.createFile(execution.file(LAUNCHED));
    }
    new CountDownLatch(1).await();
  }

  /** A map as one argument. */
  static String encode(SortedMap<String, String> map) {
    StringBuilder code = new StringBuilder(".");
    map.forEach(
        (key, value) -> code.append(encode(key)).append(':').append(encode(value)).append('.'));
    return code.toString();
  }

  private static String encode(String text) {
    return Base64.getUrlEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static SortedMap<String, String> decode(String code) {
    SortedMap<String, String> map = new TreeMap<>();
    for (String entry : code.split("\\.", -1)) {
      if (!entry.isEmpty()) {
        int colon = entry.indexOf(':');
        map.put(decodeText(entry.substring(0, colon)), decodeText(entry.substring(colon + 1)));
      }
    }
    return map;
  }

  private static String decodeText(String code) {
    return new String(Base64.getUrlDecoder().decode(code), StandardCharsets.UTF_8);
  }
}
