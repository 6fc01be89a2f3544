package io.slipway.launcher;

import io.slipway.model.Ending;
import io.slipway.model.ExitStatus;
import io.slipway.model.StopKind;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** An {@link Ending} as the named values of a {@link RecordFile}. */
public final class EndingRecord {
  private EndingRecord() {}

  /** An ending as named values. */
  public static Map<String, String> values(Ending ending) {
    Map<String, String> map = new TreeMap<>();
    ExitStatus status = ending.status();
    if (status instanceof ExitStatus.Exited exited) {
      map.put("exited", Integer.toString(exited.code()));
    } else if (status instanceof ExitStatus.Signalled signalled) {
      map.put("signalled", Integer.toString(signalled.number()));
    } else if (status instanceof ExitStatus.NotStarted notStarted) {
      map.put("notStarted", notStarted.reason());
    } else if (status instanceof ExitStatus.Lost lost) {
      map.put("lost", lost.reason());
    }
    map.put("memoryExhausted", Boolean.toString(ending.memoryExhausted()));
    ending.stop().ifPresent(stop -> map.put("stop", stop.name()));
    map.put("cause", ending.cause());
    return map;
  }

  /** What {@link #values(Ending)} was made of. */
  public static Ending ending(Map<String, String> map) {
    ExitStatus status;
    if (map.containsKey("exited")) {
      status = new ExitStatus.Exited(Integer.parseInt(map.get("exited")));
    } else if (map.containsKey("signalled")) {
      status = new ExitStatus.Signalled(Integer.parseInt(map.get("signalled")));
    } else if (map.containsKey("notStarted")) {
      status = new ExitStatus.NotStarted(map.get("notStarted"));
    } else {
      status = new ExitStatus.Lost(map.getOrDefault("lost", "the record is not complete"));
    }
    return new Ending(
        status,
        Boolean.parseBoolean(map.get("memoryExhausted")),
        Optional.ofNullable(map.get("stop")).map(StopKind::valueOf),
        map.getOrDefault("cause", ""));
  }
}
