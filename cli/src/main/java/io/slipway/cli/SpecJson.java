package io.slipway.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.slipway.model.ApplicationSpec;
import io.slipway.model.ArtifactRef;
import io.slipway.model.CommandTemplate;
import io.slipway.model.ExecutorProfile;
import io.slipway.model.LaunchTemplate;
import io.slipway.model.TimeSpan;
import java.util.Collection;
import java.util.Map;

/** A resolved submission, for programs. Names and meanings here stay. */
final class SpecJson {
  private SpecJson() {}

  /** What would be submitted. */
  static JsonObject specification(ApplicationSpec spec) {
    JsonObject json = new JsonObject();
    json.addProperty("name", spec.name());
    json.addProperty("deployMode", spec.deployMode().word());
    json.add(
        "maxCores",
        spec.maxCores().isPresent()
            ? new JsonPrimitive(spec.maxCores().getAsInt())
            : JsonNull.INSTANCE);
    json.addProperty("maxAttempts", spec.maxAttempts());
    json.addProperty("priority", spec.priority());
    json.addProperty("lostAfter", TimeSpan.format(spec.lostAfter()));
    json.addProperty("registerTimeout", TimeSpan.format(spec.registerTimeout()));
    json.addProperty("timeLimit", spec.timeLimit().map(TimeSpan::format).orElse(null));
    json.add(
        "driver", spec.driver().<JsonElement>map(SpecJson::template).orElse(JsonNull.INSTANCE));
    JsonArray executors = new JsonArray();
    spec.profiles().forEach(profile -> executors.add(profile(profile)));
    json.add("executors", executors);
    return json;
  }

  private static JsonObject profile(ExecutorProfile profile) {
    JsonObject json = new JsonObject();
    json.addProperty("profile", profile.name());
    json.add(
        "target",
        profile.target().total().isPresent()
            ? new JsonPrimitive(profile.target().total().getAsInt())
            : JsonNull.INSTANCE);
    json.addProperty("minimum", profile.minimum());
    json.addProperty("allCores", profile.allCores());
    json.add("template", template(profile.template()));
    return json;
  }

  private static JsonObject template(LaunchTemplate template) {
    JsonObject json = new JsonObject();
    json.add("command", command(template.command()));
    json.add("environment", strings(template.environment()));
    // Names alone: the values are secrets.
    json.add("secretEnvironment", words(template.secretEnvironment().keySet()));
    json.add("files", artifacts(template.files()));
    json.add("resources", Json.resources(template.resources()));
    json.addProperty("user", template.user().orElse(null));
    json.add("ports", words(template.ports()));
    json.addProperty("launcher", template.launcher().orElse(null));
    json.add("launcherOptions", strings(template.launcherOptions()));
    json.addProperty("grace", TimeSpan.format(template.grace()));
    return json;
  }

  private static JsonObject command(CommandTemplate command) {
    JsonObject json = new JsonObject();
    if (command instanceof CommandTemplate.Jvm jvm) {
      json.addProperty("mainClass", jvm.mainClass());
      json.add("classPath", artifacts(jvm.classPath()));
      json.add("javaOptions", words(jvm.jvmOptions()));
      json.add("arguments", words(jvm.arguments()));
    } else if (command instanceof CommandTemplate.Program program) {
      json.add("program", words(program.arguments()));
    } else {
      throw new AssertionError(command);
    }
    return json;
  }

  private static JsonArray artifacts(Collection<ArtifactRef> references) {
    JsonArray array = new JsonArray();
    for (ArtifactRef reference : references) {
      JsonObject json = new JsonObject();
      json.addProperty("name", reference.name());
      json.addProperty("sha256", reference.digest().hex());
      json.addProperty("sizeBytes", reference.sizeBytes());
      array.add(json);
    }
    return array;
  }

  private static JsonArray words(Collection<String> words) {
    JsonArray array = new JsonArray();
    words.forEach(array::add);
    return array;
  }

  private static JsonObject strings(Map<String, String> map) {
    JsonObject json = new JsonObject();
    map.forEach(json::addProperty);
    return json;
  }
}
