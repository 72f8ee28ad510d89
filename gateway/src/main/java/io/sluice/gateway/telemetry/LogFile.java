package io.sluice.gateway.telemetry;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * Appends to the file that is at a path now: one that was moved away or deleted, as logrotate does
 * it, is left, and another is begun. One thread.
 */
final class LogFile extends OutputStream {
  private final Path path;
  private FileOutputStream out;
  private @Nullable Object key;

  /**
   * @throws IOException when the file cannot be written
   */
  LogFile(String path) throws IOException {
    this.path = Path.of(path);
    this.out = new FileOutputStream(path, true);
    this.key = keyAtPath();
  }

  @Override
  public void write(byte[] bytes, int from, int count) throws IOException {
    Object now = keyAtPath();
    if (now == null || !now.equals(key)) {
      FileOutputStream fresh = new FileOutputStream(path.toFile(), true);
      out.close();
      out = fresh;
      key = keyAtPath();
    }
    out.write(bytes, from, count);
  }

  @Override
  public void write(int one) throws IOException {
    write(new byte[] {(byte) one}, 0, 1);
  }

  /** What tells the file from every other one; null where there is none. */
  private @Nullable Object keyAtPath() throws IOException {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    } catch (NoSuchFileException gone) {
      return null;
    }
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
