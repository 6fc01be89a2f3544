package io.slipway.cli;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.slipway.client.ApplicationDetails;
import io.slipway.client.ApplicationReport;
import io.slipway.client.ExecutionReport;
import io.slipway.client.WorkerReport;
import io.slipway.model.Ending;
import io.slipway.model.ExitStatus;
import io.slipway.model.Resources;
import io.slipway.model.Signals;
import io.slipway.model.TimeSpan;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What the command shows, for programs. Names and meanings here stay; every name is always there,
 * with {@code null} where nothing is known.
 */
final class Json {
  private static final Gson GSON =
      new GsonBuilder().serializeNulls().setPrettyPrinting().disableHtmlEscaping().create();

  private Json() {}

  /** The text of a value, over several lines. */
  static String text(JsonElement value) {
    return GSON.toJson(value);
  }

  /** An object with one member. */
  static JsonObject single(String name, String value) {
    JsonObject object = new JsonObject();
    object.addProperty(name, value);
    return object;
  }

  /** A list of applications. */
  static JsonArray applications(Collection<ApplicationReport> reports) {
    JsonArray array = new JsonArray();
    reports.forEach(report -> array.add(application(report)));
    return array;
  }

  /** One application. */
  static JsonObject application(ApplicationReport report) {
    JsonObject json = new JsonObject();
    json.addProperty("applicationId", report.id().value());
    json.addProperty("name", report.name());
    json.addProperty("owner", report.owner());
    json.addProperty("deployMode", report.deployMode().word());
    json.addProperty("state", report.state().name());
    json.addProperty("reason", report.reason());
    json.addProperty("attempt", report.attempt());
    json.add("ending", ending(report.ending()));
    json.add("driverAddress", optional(report.driverAddress()));
    json.add("pageUrl", optional(report.pageUrl()));
    json.add(
        "progress",
        report.progress().isPresent()
            ? new JsonPrimitive(report.progress().getAsDouble())
            : JsonNull.INSTANCE);
    json.addProperty("submitTime", report.submitTime().toString());
    json.add("startTime", optional(report.startTime()));
    json.add("endTime", optional(report.endTime()));
    json.addProperty("executorsRunning", report.executorsRunning());
    json.addProperty("executorsWanted", report.executorsWanted());
    json.addProperty("cores", report.cores());
    json.addProperty("driverTemplateDigest", report.driverTemplateDigest());
    json.addProperty("killedBy", report.killedBy());
    json.addProperty("timeLimit", report.timeLimit().map(TimeSpan::format).orElse(null));
    json.addProperty("timeLimitPassed", report.timeLimitPassed());
    return json;
  }

  /** One application with its executions, and why it waits. */
  static JsonObject details(ApplicationDetails details, Collection<String> waitingFor) {
    JsonObject json = application(details.application());
    JsonArray reasons = new JsonArray();
    waitingFor.forEach(reasons::add);
    json.add("waitingFor", reasons);
    JsonArray executions = new JsonArray();
    details.executions().forEach(execution -> executions.add(execution(execution)));
    json.add("executions", executions);
    return json;
  }

  /** One execution. */
  static JsonObject execution(ExecutionReport report) {
    JsonObject json = new JsonObject();
    json.addProperty("executionId", report.id().toString());
    json.addProperty("kind", report.id().kind().name().toLowerCase(Locale.ROOT));
    json.addProperty("number", report.id().number());
    json.addProperty("state", report.state().name());
    json.add("worker", optional(report.worker()));
    json.addProperty("host", report.host());
    json.addProperty("profile", report.profile());
    json.add("resources", resources(report.resources()));
    json.addProperty("launcher", report.launcher());
    json.add("ending", ending(report.ending()));
    json.addProperty("stoppedBy", report.stoppedBy());
    json.addProperty("stdoutTail", report.stdoutTail());
    json.addProperty("stderrTail", report.stderrTail());
    json.add("createTime", optional(report.createTime()));
    json.add("startTime", optional(report.startTime()));
    json.add("endTime", optional(report.endTime()));
    json.add("ports", strings(report.ports()));
    return json;
  }

  /** A list of workers. */
  static JsonArray workers(Collection<WorkerReport> reports) {
    JsonArray array = new JsonArray();
    reports.forEach(report -> array.add(worker(report)));
    return array;
  }

  private static JsonObject worker(WorkerReport report) {
    JsonObject json = new JsonObject();
    json.addProperty("workerId", report.id().value());
    json.addProperty("address", report.address().toString());
    json.addProperty("state", report.state().name());
    json.add("resources", resources(report.resources()));
    json.add("allocated", resources(report.allocated()));
    json.add("labels", strings(report.labels()));
    JsonArray launchers = new JsonArray();
    report.launchers().forEach(launchers::add);
    json.add("launchers", launchers);
    json.addProperty("defaultLauncher", report.defaultLauncher());
    json.addProperty("version", report.version());
    json.addProperty("epoch", report.epoch());
    json.addProperty("executions", report.executions());
    json.add("registerTime", optional(report.registerTime()));
    return json;
  }

  /** Amounts of resources. */
  static JsonObject resources(Resources resources) {
    JsonObject json = new JsonObject();
    json.addProperty("cores", resources.cores());
    json.addProperty("memoryBytes", resources.memoryBytes());
    JsonObject custom = new JsonObject();
    resources.custom().forEach(custom::addProperty);
    json.add("custom", custom);
    return json;
  }

  private static JsonElement ending(Optional<Ending> ending) {
    if (ending.isEmpty()) {
      return JsonNull.INSTANCE;
    }
    JsonObject json = new JsonObject();
    ExitStatus status = ending.get().status();
    String kind;
    OptionalInt code = OptionalInt.empty();
    OptionalInt signal = OptionalInt.empty();
    Optional<String> reason = Optional.empty();
    if (status instanceof ExitStatus.Exited exited) {
      kind = "exited";
      code = OptionalInt.of(exited.code());
    } else if (status instanceof ExitStatus.Signalled signalled) {
      kind = "signalled";
      signal = OptionalInt.of(signalled.number());
    } else if (status instanceof ExitStatus.NotStarted notStarted) {
      kind = "notStarted";
      reason = Optional.of(notStarted.reason());
    } else if (status instanceof ExitStatus.Lost lost) {
      kind = "lost";
      reason = Optional.of(lost.reason());
    } else {
      throw new AssertionError(status);
    }
    json.addProperty("status", kind);
    json.add("code", number(code));
    json.add("signal", number(signal));
    json.addProperty("signalName", signal.isPresent() ? Signals.name(signal.getAsInt()) : null);
    json.add("reason", optional(reason));
    json.addProperty("memoryExhausted", ending.get().memoryExhausted());
    json.add("stop", optional(ending.get().stop().map(s -> s.name().toLowerCase(Locale.ROOT))));
    json.addProperty("cause", ending.get().cause());
    return json;
  }

  private static JsonElement number(OptionalInt value) {
    return value.isPresent() ? new JsonPrimitive(value.getAsInt()) : JsonNull.INSTANCE;
  }

  private static JsonElement optional(Optional<?> value) {
    return value.isPresent() ? new JsonPrimitive(value.get().toString()) : JsonNull.INSTANCE;
  }

  private static JsonObject strings(Map<String, ?> map) {
    JsonObject json = new JsonObject();
    map.forEach((name, value) -> json.addProperty(name, value.toString()));
    return json;
  }
}
