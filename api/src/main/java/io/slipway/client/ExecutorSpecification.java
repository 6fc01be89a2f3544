package io.slipway.client;

import io.slipway.model.ByteSize;
import io.slipway.model.ExecutorProfile;
import io.slipway.model.Resources;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * One kind of executors of an application: what each of them is given, and how many there shall be.
 *
 * @param profile the name of this kind, unique within the application; a lower-case letter, then at
 *     most 30 lower-case letters, digits and hyphens
 * @param count how many are wanted in all, not negative; they come as the cluster has room. 0
 *     leaves it to the driver to ask for them
 * @param minimum how many must fit before a driver of cluster mode starts; 0 to {@code count}
 * @param resources of each; at least one core, and as many tasks run in it at a time
 * @param allCores whether each takes all free cores of its worker, at least those of {@code
 *     resources}: one executor a worker
 * @param command what each runs; empty for Slipway's own, which runs the tasks of a session with
 *     the driver's class path
 * @param jvmOptions of Slipway's own executors, after those of the application
 * @param launcher what starts them; what it leaves open is as the application says
 */
public record ExecutorSpecification(
    String profile,
    int count,
    int minimum,
    Resources resources,
    boolean allCores,
    List<String> command,
    List<String> jvmOptions,
    LauncherChoice launcher) {
  /** Checks and copies. */
  public ExecutorSpecification {
    command = List.copyOf(command);
    jvmOptions = List.copyOf(jvmOptions);
    if (count < 0) {
      throw new IllegalArgumentException("negative number of executors: " + count);
    }
    if (minimum < 0 || minimum > count) {
      throw new IllegalArgumentException(
          "minimum of "
              + minimum
              + " executors is not between 0 and their number, "
              + count
              + "; raise one or lower the other");
    }
    if (resources.cores() < 1) {
      throw new IllegalArgumentException(
          "an executor needs at least one core, not " + resources.cores());
    }
  }

  /** Executors of one core and 1 GiB each. */
  public static ExecutorSpecification of(int count) {
    return builder().count(count).build();
  }

  /** Begins to describe one kind of executors. */
  public static Builder builder() {
    return new Builder();
  }

  /** Describes one kind of executors. Not safe for use by several threads. */
  public static final class Builder {
    private String profile = ExecutorProfile.DEFAULT_NAME;
    private int count;
    private OptionalInt minimum = OptionalInt.empty();
    private int cores = 1;
    private boolean allCores;
    private long memory = ByteSize.GIB;
    private List<String> command = List.of();
    private final List<String> jvmOptions = new ArrayList<>();
    private LauncherChoice launcher = LauncherChoice.DEFAULT;

    private Builder() {}

    /** The name of this kind; {@code default} unless said. */
    public Builder profile(String name) {
      profile = name;
      return this;
    }

    /** How many are wanted in all; unless said, the driver asks for them. */
    public Builder count(int executors) {
      count = executors;
      return this;
    }

    /**
     * How many must fit before a driver of cluster mode starts; one unless said, and none without a
     * {@link #count}.
     */
    public Builder minimum(int executors) {
      minimum = OptionalInt.of(executors);
      return this;
    }

    /** Cores of each, at least 1; 1 unless said. */
    public Builder cores(int each) {
      cores = each;
      return this;
    }

    /** One executor a worker, with all the cores that are free there, at least {@link #cores}. */
    public Builder allCores() {
      allCores = true;
      return this;
    }

    /** Memory of each, with a unit, such as {@code 512m} or {@code 2g}; 1g unless said. */
    public Builder memory(String size) {
      return memoryBytes(ByteSize.parse(size));
    }

    /** Memory of each in bytes. */
    public Builder memoryBytes(long bytes) {
      memory = bytes;
      return this;
    }

    /**
     * What each runs instead of Slipway's own: a program and its arguments, in which {@code
     * {{SLIPWAY_EXECUTOR_NUMBER}}} and the other variables that Slipway sets may stand.
     */
    public Builder command(String... words) {
      return command(List.of(words));
    }

    /** The same. */
    public Builder command(List<String> words) {
      command = List.copyOf(words);
      return this;
    }

    /** One more option of the executors' JVM, after those of the application. */
    public Builder jvmOption(String option) {
      jvmOptions.add(option);
      return this;
    }

    /** What starts them, and what it is told. */
    public Builder launcher(String name, Map<String, String> options) {
      return launcher(LauncherChoice.of(name, options));
    }

    /** The same. */
    public Builder launcher(LauncherChoice choice) {
      launcher = choice;
      return this;
    }

    /**
     * Makes it.
     *
     * @throws IllegalArgumentException naming the value, if one is out of its range
     */
    public ExecutorSpecification build() {
      return new ExecutorSpecification(
          profile,
          count,
          minimum.orElse(Math.min(1, Math.max(0, count))),
          new Resources(cores, memory),
          allCores,
          command,
          jvmOptions,
          launcher);
    }
  }
}
