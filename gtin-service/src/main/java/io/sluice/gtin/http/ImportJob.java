package io.sluice.gtin.http;

import io.sluice.gtin.catalog.Catalogue;
import io.sluice.gtin.catalog.Import;
import io.sluice.gtin.catalog.ImportStatus;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One import that somebody has asked this process for, until what became of it is in the catalogue.
 * Any thread.
 */
final class ImportJob {
  private static final Logger LOG = LoggerFactory.getLogger(ImportJob.class);

  private final Path folder;
  private final Path file;
  private final Path rejects;
  private volatile ImportStatus status;

  /**
   * @param jsonLines whether the file is one; else it is CSV
   * @param folder its own
   */
  ImportJob(String id, boolean jsonLines, Path folder) {
    this.folder = folder;
    this.file = folder.resolve(jsonLines ? "rows.jsonl" : "rows.csv");
    this.rejects = folder.resolve("rejects.csv");
    this.status = ImportStatus.receiving(id);
  }

  String id() {
    return status.id();
  }

  ImportStatus status() {
    return status;
  }

  /** Where the rows are received. */
  Path file() {
    return file;
  }

  /** Brings the rows in. Blocks. */
  void run(Catalogue catalogue, Charset encoding, Map<String, String> columns) {
    long started = System.nanoTime();
    try (Writer writer = Files.newBufferedWriter(rejects)) {
      ImportStatus running = status.running(Files.size(file));
      become(running);
      Import rows =
          new Import(
              file,
              encoding,
              columns,
              writer,
              (bytes, soFar) -> become(running.at(bytes, soFar, secondsSince(started))));
      Import.Result result =
          rows.into(catalogue, ended -> running.done(ended, secondsSince(started)), rejects);
      become(running.done(result, secondsSince(started)));
      LOG.info("import {}: {}", id(), result);
    } catch (IOException | RuntimeException | OutOfMemoryError failed) {
      fail(String.valueOf(failed.getMessage()));
      LOG.warn("import {} failed; nothing was changed", id(), failed);
    }
  }

  void fail(String why) {
    become(status.failed(why));
  }

  /** What is over stays so, whatever a thread says that was late. */
  private synchronized void become(ImportStatus now) {
    if (!status.state().isOver()) {
      status = now;
    }
  }

  /** Lets the catalogue know that it failed; that it is done, it knows. Blocks. */
  void note(Catalogue catalogue) throws IOException {
    if (status.state() == ImportStatus.State.FAILED) {
      catalogue.note(status, Files.exists(rejects) ? rejects : null);
    }
  }

  /** Removes its files. */
  void delete() {
    try {
      Files.deleteIfExists(rejects);
      Files.deleteIfExists(file);
      Files.deleteIfExists(folder);
    } catch (IOException failed) {
      LOG.warn("{} stays behind", folder, failed);
    }
  }

  private static double secondsSince(long nanos) {
    return (double) (System.nanoTime() - nanos) / TimeUnit.SECONDS.toNanos(1);
  }
}
