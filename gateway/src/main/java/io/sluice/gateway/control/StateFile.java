package io.sluice.gateway.control;

import io.sluice.gateway.config.KeyTree;
import io.sluice.gateway.config.OwnerOnly;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.zip.CRC32C;
import java.util.zip.CheckedOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * The last good tree on disk, so that a gateway starts and serves while the store is down.
 *
 * <p>Written to a second file, forced to disk and renamed over the first, so a crash leaves the old
 * one or the new one. Read only when its checksum is right. Holds what operators wrote, so it is
 * readable by its owner alone.
 *
 * <pre>
 *   magic, version, revision, cluster id, count, count × (key, length, value), CRC-32C of all before it
 * </pre>
 */
final class StateFile {
  private static final int MAGIC = 0x536c7563;
  private static final int VERSION = 1;
  private static final int MOST_BYTES = 1 << 30;
  private static final int BUFFER_BYTES = 1 << 16;

  private final Path file;

  StateFile(Path directory) throws IOException {
    Files.createDirectories(directory);
    this.file = directory.resolve("last-good-tree");
  }

  Path path() {
    return file;
  }

  void save(LastGood tree) throws IOException {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(fresh);
    try (FileChannel channel =
            FileChannel.open(
                fresh,
                java.util.Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                OwnerOnly.FILE);
        CheckedOutputStream checked =
            new CheckedOutputStream(
                new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER_BYTES),
                new CRC32C());
        DataOutputStream out = new DataOutputStream(checked)) {
      write(tree, out);
      out.writeLong(checked.getChecksum().getValue());
      out.flush();
      channel.force(true);
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    Path parent = file.toAbsolutePath().getParent();
    if (parent != null) {
      try (FileChannel directory = FileChannel.open(parent, StandardOpenOption.READ)) {
        directory.force(true);
      }
    }
  }

  private static void write(LastGood tree, DataOutputStream out) throws IOException {
    out.writeInt(MAGIC);
    out.writeInt(VERSION);
    out.writeLong(tree.revision());
    out.writeLong(tree.clusterId());
    out.writeInt(tree.values().size());
    for (Map.Entry<String, byte[]> entry : tree.values().entrySet()) {
      byte[] key = entry.getKey().getBytes(StandardCharsets.UTF_8);
      out.writeInt(key.length);
      out.write(key);
      out.writeInt(entry.getValue().length);
      out.write(entry.getValue());
    }
  }

  /**
   * The tree that was saved last; null when none was.
   *
   * @throws IOException when there is a file but it cannot be trusted
   */
  @Nullable Snapshot load() throws IOException {
    if (!Files.exists(file)) {
      return null;
    }
    byte[] bytes = Files.readAllBytes(file);
    int body = bytes.length - Long.BYTES;
    if (body < 0
        || bytes.length > MOST_BYTES
        || ByteBuffer.wrap(bytes, body, Long.BYTES).getLong() != checksum(bytes, body)) {
      throw new IOException(file + ": the checksum is wrong, so the file is not used");
    }
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes, 0, body))) {
      if (in.readInt() != MAGIC || in.readInt() != VERSION) {
        throw new IOException(file + ": found another format, expected version " + VERSION);
      }
      KeyTree.Editor tree = KeyTree.EMPTY.edit().revision(in.readLong());
      long clusterId = in.readLong();
      for (int left = in.readInt(); left > 0; left--) {
        String key = new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
        tree.put(key, in.readNBytes(in.readInt()));
      }
      return new Snapshot(tree.done(), Snapshot.DISK, clusterId);
    }
  }

  private static long checksum(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return crc.getValue();
  }
}
