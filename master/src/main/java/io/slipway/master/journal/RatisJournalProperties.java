package io.slipway.master.journal;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.RaftConfigKeys;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;

/** The settings of Ratis for a master alone. Most defaults are wrong for us: RATIONALE.md. */
final class RatisJournalProperties {
  private RatisJournalProperties() {}

  /** Speaks to nobody, stores below the directory. */
  static RaftProperties of(Path directory) {
    RaftProperties properties = new RaftProperties();
    RaftServerConfigKeys.setStorageDir(properties, List.of(directory.toFile()));

    RaftConfigKeys.Rpc.setType(properties, new RatisJournalTransport());

    // Time. A pause of the process must not close the server or keep it from leading for long.
    RaftServerConfigKeys.Rpc.setTimeoutMin(properties, millis(300));
    RaftServerConfigKeys.Rpc.setTimeoutMax(properties, millis(600));
    RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMin(properties, millis(20));
    RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMax(properties, millis(40));
    RaftServerConfigKeys.LeaderElection.setLeaderStepDownWaitTime(properties, millis(1000));
    RaftServerConfigKeys.setCloseThreshold(properties, TimeDuration.valueOf(1, TimeUnit.DAYS));
    RaftServerConfigKeys.Log.Appender.setRetryPolicy(properties, "1ms,20, 10ms,100, 50ms,1000000");

    // Heap.
    RaftServerConfigKeys.RetryCache.setExpiryTime(properties, millis(5000));
    RaftServerConfigKeys.Log.setSegmentSizeMax(properties, SizeInBytes.valueOf("8MB"));
    RaftServerConfigKeys.Log.setSegmentCacheNumMax(properties, 2);
    RaftServerConfigKeys.Log.setSegmentCacheSizeMax(properties, SizeInBytes.valueOf("16MB"));
    RaftServerConfigKeys.Log.setWriteBufferSize(properties, SizeInBytes.valueOf("2MB"));
    RaftServerConfigKeys.Log.Appender.setBufferByteLimit(
        properties, SizeInBytes.valueOf(RatisJournalSegments.LONGEST));

    // Truth.
    RaftServerConfigKeys.Log.setCorruptionPolicy(
        properties, RaftServerConfigKeys.Log.CorruptionPolicy.EXCEPTION);
    RaftServerConfigKeys.Log.setUnsafeFlushEnabled(properties, false);
    RaftServerConfigKeys.Log.setAsyncFlushEnabled(properties, false);
    RaftServerConfigKeys.Log.setLogMetadataEnabled(properties, true);
    RaftServerConfigKeys.Read.setOption(properties, RaftServerConfigKeys.Read.Option.LINEARIZABLE);
    RaftServerConfigKeys.Read.setLeaderLeaseEnabled(properties, true);

    // Snapshots are ours, and so is the purge after one: Ratis' trigger would run on the thread
    // that applies, once a record, until the snapshot is finished.
    RaftServerConfigKeys.Snapshot.setAutoTriggerEnabled(properties, false);
    RaftServerConfigKeys.Log.setPurgeUptoSnapshotIndex(properties, true);
    RaftServerConfigKeys.Log.setPurgeGap(properties, 1);
    return properties;
  }

  private static TimeDuration millis(long count) {
    return TimeDuration.valueOf(count, TimeUnit.MILLISECONDS);
  }
}
