package io.sluice.gtin.http;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folders that imports receive their files in, under the machine's folder for what is
 * temporary. Each has the id of its process in its name, so that what a process left behind which
 * was killed can be told from what another one is using. Blocks.
 */
final class ImportFolders {
  private static final Logger LOG = LoggerFactory.getLogger(ImportFolders.class);
  private static final String PREFIX = "gtin-import-";
  private static final Path PARENT = Path.of(System.getProperty("java.io.tmpdir"));

  private ImportFolders() {}

  static Path make() throws IOException {
    return Files.createTempDirectory(PARENT, PREFIX + ProcessHandle.current().pid() + "-");
  }

  /** How many bytes an import may have: what the disk has room for, less a tenth. */
  static long room() throws IOException {
    return Files.getFileStore(PARENT).getUsableSpace() / 10 * 9;
  }

  /** Removes those whose process is gone. */
  static void removeOrphans() {
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(PARENT, PREFIX + "*-*")) {
      for (Path folder : folders) {
        if (Files.isDirectory(folder) && isOrphan(folder)) {
          remove(folder);
        }
      }
    } catch (IOException failed) {
      LOG.warn("folders of imports that were cut off stay behind", failed);
    }
  }

  /** A process that began later has the id of another one that is gone. */
  private static boolean isOrphan(Path folder) throws IOException {
    String pid = folder.getFileName().toString().substring(PREFIX.length()).replaceAll("-.*", "");
    if (!pid.matches("[0-9]{1,10}")) {
      return false;
    }
    var made = Files.getLastModifiedTime(folder).toInstant();
    return ProcessHandle.of(Long.parseLong(pid))
        .flatMap(process -> process.info().startInstant())
        .map(began -> began.isAfter(made))
        .orElse(true);
  }

  private static void remove(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
      for (Path file : deepestFirst) {
        Files.deleteIfExists(file);
      }
    }
    LOG.info("removed {}, which a process left behind that was cut off", folder);
  }
}
