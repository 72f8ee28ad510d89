package io.sluice.gateway.control;

import io.sluice.gateway.config.KeyTree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Follows a folder whose files mirror the key tree: {@code frontends/gtin/frontend.json} is the key
 * {@code frontends/gtin/frontend}.
 *
 * <p>Changes are seen through the file system's events, gathered for a moment so that a copied tree
 * arrives as one, and the whole folder is looked at again every few seconds in case an event was
 * lost. A folder that cannot be read keeps its last tree.
 */
public final class FolderSource implements ConfigSource {
  private static final String SUFFIX = ".json";
  private static final long GATHER_MILLIS = 30;
  private static final long LONGEST_GATHER_NANOS = TimeUnit.MILLISECONDS.toNanos(300);
  private static final long LOOK_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final Path folder;
  private final WatchService watcher;
  private KeyTree tree = KeyTree.EMPTY;
  private volatile SourceStatus status = SourceStatus.initial();
  private boolean first = true;
  private long lookedAt;

  /**
   * @throws IOException when the file system cannot be watched
   */
  public FolderSource(Path folder) throws IOException {
    this.folder = folder;
    this.watcher = folder.getFileSystem().newWatchService();
  }

  @Override
  public @Nullable Snapshot await(Duration atMost) throws InterruptedException {
    long until = System.nanoTime() + atMost.toNanos();
    while (true) {
      if ((first || System.nanoTime() - lookedAt > LOOK_AGAIN_NANOS) && look()) {
        return new Snapshot(tree, Snapshot.FOLDER, 0);
      }
      long left = until - System.nanoTime();
      if (left <= 0) {
        return null;
      }
      if (changed(Math.min(left, LOOK_AGAIN_NANOS)) && look()) {
        return new Snapshot(tree, Snapshot.FOLDER, 0);
      }
    }
  }

  @Override
  public SourceStatus status() {
    return status;
  }

  @Override
  public void accept() {
    // A folder is the operator's own; nothing of it is ever held back.
  }

  @Override
  public void close() {
    try {
      watcher.close();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Waits for an event and then until a moment passes without one. */
  private boolean changed(long nanos) throws InterruptedException {
    try {
      WatchKey key = watcher.poll(nanos, TimeUnit.NANOSECONDS);
      boolean any = key != null;
      long until = System.nanoTime() + LONGEST_GATHER_NANOS;
      while (key != null && System.nanoTime() < until) {
        key.pollEvents();
        key.reset();
        key = watcher.poll(GATHER_MILLIS, TimeUnit.MILLISECONDS);
      }
      return any;
    } catch (ClosedWatchServiceException closed) {
      throw (InterruptedException) new InterruptedException().initCause(closed);
    }
  }

  /** Reads the whole folder; true when the tree differs from before. */
  private boolean look() {
    lookedAt = System.nanoTime();
    KeyTree.Editor now = KeyTree.EMPTY.edit();
    Reader reader;
    try {
      // The folder may be a link, which is followed anew each time.
      reader = new Reader(folder.toRealPath(), now);
      Files.walkFileTree(reader.root, reader);
    } catch (IOException | UncheckedIOException unreadable) {
      status = status.connected(false, folder + ": " + unreadable);
      return false;
    }
    status = status.connected(true, reader.unreadable);
    KeyTree next = tree.become(now.revision(tree.revision() + 1).done());
    boolean changed = first || !next.hasSameValues(tree);
    first = false;
    if (changed) {
      tree = next;
    }
    return changed;
  }

  /**
   * Reads all files below the folder; one that cannot be read keeps its last value and holds nobody
   * else back.
   */
  private final class Reader extends SimpleFileVisitor<Path> {
    private final Path root;
    private final KeyTree.Editor into;
    private String unreadable = "";

    Reader(Path root, KeyTree.Editor into) {
      this.root = root;
      this.into = into;
    }

    /**
     * Registering a directory again gives the same key, unless another directory has taken its
     * place.
     */
    @Override
    public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
        throws IOException {
      WatchKey key =
          directory.register(
              watcher,
              StandardWatchEventKinds.ENTRY_CREATE,
              StandardWatchEventKinds.ENTRY_DELETE,
              StandardWatchEventKinds.ENTRY_MODIFY);
      return key.isValid() ? FileVisitResult.CONTINUE : FileVisitResult.SKIP_SUBTREE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      String name = root.relativize(file).toString();
      if (name.endsWith(SUFFIX)) {
        String key = name.substring(0, name.length() - SUFFIX.length());
        try {
          if (!Files.isRegularFile(file)) {
            throw new IOException("found no regular file");
          }
          into.put(key, Files.readAllBytes(file));
        } catch (NoSuchFileException goneMeanwhile) {
          return FileVisitResult.CONTINUE;
        } catch (IOException failed) {
          keep(key, file, failed);
        }
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
      if (file.equals(root)) {
        throw failure;
      }
      if (!(failure instanceof NoSuchFileException)) {
        keep(root.relativize(file).toString(), file, failure);
      }
      return FileVisitResult.CONTINUE;
    }

    private void keep(String key, Path file, IOException failure) {
      unreadable = file + ": " + failure.getMessage();
      byte[] last = tree.find(key);
      if (last != null) {
        into.put(key, last);
      }
    }
  }
}
