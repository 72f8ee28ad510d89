package io.sluice.gtin.http;

import io.sluice.gtin.catalog.Catalogue;
import io.sluice.gtin.catalog.Import;
import io.sluice.gtin.catalog.ImportStatus;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One import that somebody has asked this process for, until what became of it is in the catalogue.
 * An end is shown when all that it links to is there. Any thread.
 */
final class ImportJob {
  private static final Logger LOG = LoggerFactory.getLogger(ImportJob.class);

  private final Path folder;
  private final Path file;
  private final Path rejects;
  private volatile ImportStatus status;
  private volatile boolean wanted = true;

  /**
   * @param folder its own
   */
  ImportJob(String id, Path folder) {
    this.folder = folder;
    this.file = folder.resolve("rows");
    this.rejects = folder.resolve("rejects");
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

  /** Ends it soon, with nothing changed; what is over stays as it is. */
  void cancel() {
    wanted = false;
  }

  /** Brings the rows in. Blocks. */
  void run(Catalogue catalogue, Import.How how) {
    long started = System.nanoTime();
    try {
      if (!wanted) {
        become(noted(catalogue, status.cancelled()));
        return;
      }
      ImportStatus running = status.running(Files.size(file));
      become(running);
      become(end(catalogue, how, running, started));
      LOG.info("import {}: {} {}", id(), status.state(), status.result());
    } catch (IOException | RuntimeException | OutOfMemoryError failed) {
      LOG.warn("import {} failed; nothing was changed", id(), failed);
      fail(catalogue, String.valueOf(failed.getMessage()));
    }
  }

  private ImportStatus end(Catalogue catalogue, Import.How how, ImportStatus running, long started)
      throws IOException {
    ImportStatus ended;
    try (Writer writer = Files.newBufferedWriter(rejects)) {
      Import rows =
          new Import(
              file,
              how,
              writer,
              (bytes, soFar) -> become(running.at(bytes, soFar, secondsSince(started))),
              () -> wanted);
      if (!how.dryRun()) {
        Import.Result result =
            rows.into(catalogue, done -> running.done(done, secondsSince(started)), rejects);
        return running.done(result, secondsSince(started));
      }
      ended = running.done(rows.into(catalogue), secondsSince(started));
    } catch (Import.NothingTaken nothing) {
      ended = running.nothing(nothing.result(), String.valueOf(nothing.getMessage()));
    } catch (Import.Cancelled unwanted) {
      ended = running.cancelled();
    }
    return noted(catalogue, ended);
  }

  private ImportStatus noted(Catalogue catalogue, ImportStatus ended) throws IOException {
    catalogue.note(ended, Files.exists(rejects) ? rejects : null);
    return ended;
  }

  /** Ends it, with nothing changed. Blocks. */
  void fail(Catalogue catalogue, String why) {
    ImportStatus failed = status.failed(why);
    try {
      catalogue.note(failed, Files.exists(rejects) ? rejects : null);
    } catch (IOException away) {
      LOG.warn("that import {} failed is known to this process alone", id(), away);
    }
    become(failed);
  }

  /** What is over stays so, whatever a thread says that was late. */
  private synchronized void become(ImportStatus now) {
    if (!status.state().isOver()) {
      status = now;
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
