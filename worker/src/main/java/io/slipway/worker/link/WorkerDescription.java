package io.slipway.worker.link;

import io.slipway.launcher.Promise;
import io.slipway.model.HostPort;
import io.slipway.model.Resources;
import io.slipway.model.WorkerId;
import io.slipway.proto.registry.v1.LauncherInfo;
import io.slipway.proto.registry.v1.RegisterWorkerRequest;
import io.slipway.rpc.mapping.Fields;
import io.slipway.rpc.mapping.ResourceMessages;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;

/**
 * What a worker tells of itself.
 *
 * @param id its id
 * @param address where masters reach it
 * @param resources what it offers
 * @param labels by name
 * @param notPromised by launcher, the promises that it does not keep
 * @param defaultLauncher used where a template names none
 * @param version for people
 */
public record WorkerDescription(
    WorkerId id,
    HostPort address,
    Resources resources,
    SortedMap<String, String> labels,
    SortedMap<String, Set<Promise>> notPromised,
    String defaultLauncher,
    String version) {

  /** The launchers, as a message. */
  public List<LauncherInfo> launchers() {
    return notPromised.entrySet().stream().map(WorkerDescription::launcher).toList();
  }

  private static LauncherInfo launcher(Map.Entry<String, Set<Promise>> entry) {
    return LauncherInfo.newBuilder()
        .setName(entry.getKey())
        .addAllNotPromised(entry.getValue().stream().sorted().map(Promise::words).toList())
        .build();
  }

  RegisterWorkerRequest.Builder registration() {
    return RegisterWorkerRequest.newBuilder()
        .setWorkerId(id.value())
        .setAddress(address.toString())
        .setResources(ResourceMessages.toProto(resources))
        .addAllLabels(Fields.toProto(labels))
        .addAllLaunchers(launchers())
        .setDefaultLauncher(defaultLauncher)
        .setVersion(version);
  }
}
