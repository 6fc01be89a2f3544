package io.slipway.master.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * The journal's directory, locked: {@code lock}, {@code peer} (this master's name in the group),
 * {@code acknowledged}, {@code snapshots/}, {@code raft/} (which belongs to Ratis).
 */
final class RatisJournalDirectory implements AutoCloseable {
  private static final Pattern PEER = Pattern.compile("master-[0-9a-f]{16}");

  private final Path root;
  private final FileChannel lockFile;

  private RatisJournalDirectory(Path root, FileChannel lockFile) {
    this.root = root;
    this.lockFile = lockFile;
  }

  /**
   * Makes the directory if it is missing, and locks it until it is closed or the process ends.
   *
   * @throws JournalException if another journal has it
   */
  static RatisJournalDirectory lock(Path root) throws JournalException, IOException {
    Files.createDirectories(root);
    Path file = root.resolve("lock");
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      FileLock lock;
      try {
        lock = channel.tryLock();
      } catch (OverlappingFileLockException e) {
        lock = null; // This very process.
      }
      if (lock == null) {
        throw new JournalException(
            "another master, process "
                + Files.readString(file).strip()
                + ", uses the journal in "
                + root
                + ". Stop it, or choose another data directory.");
      }
      channel.truncate(0);
      channel.write(StandardCharsets.US_ASCII.encode(ProcessHandle.current().pid() + "\n"), 0);
      return new RatisJournalDirectory(root, channel);
    } catch (JournalException | IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /** Where Ratis stores its groups. */
  Path raft() {
    return root.resolve("raft");
  }

  /** Where Ratis stores the log and the term of our group. */
  Path group() {
    return raft().resolve(RatisJournal.GROUP.getUuid().toString()).resolve("current");
  }

  /** Where the snapshots are. */
  Path snapshots() {
    return root.resolve("snapshots");
  }

  /** The file that notes what was acknowledged. */
  Path mark() {
    return root.resolve("acknowledged");
  }

  /**
   * This master's name in the group: random, made once, kept beside the log, because a master whose
   * disk was wiped is another member.
   *
   * @param newJournal whether there is no log yet that knows a name
   */
  String peer(boolean newJournal) throws JournalException, IOException {
    Path file = root.resolve("peer");
    if (!Files.exists(file) && newJournal) {
      String name = "master-" + UUID.randomUUID().toString().replace("-", "").substring(0, 16);
      Path temporary = root.resolve("peer.tmp");
      try (FileChannel channel =
          FileChannel.open(
              temporary,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE)) {
        channel.write(ByteBuffer.wrap((name + "\n").getBytes(StandardCharsets.US_ASCII)));
        channel.force(true);
      }
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
      RatisJournalSnapshots.force(root);
      return name;
    }
    String name = Files.exists(file) ? Files.readString(file).strip() : "";
    if (!PEER.matcher(name).matches()) {
      throw new JournalException(
          file
              + " is missing or damaged: it holds the name by which the log in "
              + raft()
              + " knows this master. Restore it from a backup.");
    }
    return name;
  }

  /** Unlocks. */
  @Override
  public void close() throws IOException {
    lockFile.close();
  }
}
