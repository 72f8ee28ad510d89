package io.sluice.gtin.catalog;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A file that is written and is there whole or not at all: what stood at its path stays as it was
 * until {@link #keep}. A link is followed; a pipe or a device gets what would be in the file. One
 * thread.
 */
public final class NewFile implements AutoCloseable {
  private static final int MOST_LINKS = 40;

  private final Path file;
  private final @Nullable Path part;
  private final BufferedWriter writer;

  /**
   * Begins one.
   *
   * @throws IOException when there is no folder for it, or it cannot be written
   */
  public NewFile(Path path) throws IOException {
    boolean pipe = Files.exists(path) && !Files.isRegularFile(path);
    this.file = pipe ? path : target(path);
    Path folder = file.toAbsolutePath().getParent();
    if (Files.isDirectory(file)) {
      throw new IOException("found the folder " + path + ", expected a file");
    }
    if (folder != null && !Files.isDirectory(folder)) {
      throw new IOException(
          "found no folder " + folder + ", expected one to write " + path + " in");
    }
    this.part = pipe ? null : file.resolveSibling(file.getFileName() + "." + UUID.randomUUID());
    this.writer =
        part == null
            ? Files.newBufferedWriter(file, StandardOpenOption.WRITE)
            : Files.newBufferedWriter(part, StandardOpenOption.CREATE_NEW);
  }

  /** Where a path leads, also by links to what is not there yet. */
  private static Path target(Path path) throws IOException {
    Path target = path;
    for (int links = 0; Files.isSymbolicLink(target); links++) {
      if (links == MOST_LINKS) {
        throw new IOException("found links that lead to each other at " + path);
      }
      target = target.resolveSibling(Files.readSymbolicLink(target));
    }
    return target;
  }

  /** What it gets. */
  public BufferedWriter writer() {
    return writer;
  }

  /** Puts it at its path, with the permissions of what was there. */
  public void keep() throws IOException {
    writer.close();
    if (part == null) {
      return;
    }
    boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
    if (posix && Files.exists(file)) {
      Files.setPosixFilePermissions(part, Files.getPosixFilePermissions(file));
    }
    Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Leaves nothing of it behind that was not kept. */
  @Override
  public void close() throws IOException {
    try {
      writer.close();
    } finally {
      if (part != null) {
        Files.deleteIfExists(part);
      }
    }
  }
}
