package io.sluice.gtin.http;

import io.sluice.gtin.catalog.Catalogue;
import io.sluice.gtin.catalog.Import;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One import that somebody has asked for: how far it is, and how it ended. Any thread. */
final class ImportJob {
  private static final Logger LOG = LoggerFactory.getLogger(ImportJob.class);

  private enum State {
    RECEIVING,
    RUNNING,
    DONE,
    FAILED
  }

  private final String id;
  private final Path folder;
  private final Path file;
  private final long began = System.nanoTime();
  private volatile State state = State.RECEIVING;
  private volatile long size;
  private volatile long bytes;
  private volatile long rows;
  private volatile double seconds;
  private volatile Import.@Nullable Result result;
  private volatile String fault = "";

  /**
   * @param jsonLines whether the file is one; else it is CSV
   * @param folder its own
   */
  ImportJob(String id, boolean jsonLines, Path folder) {
    this.id = id;
    this.folder = folder;
    this.file = folder.resolve(jsonLines ? "rows.jsonl" : "rows.csv");
  }

  String id() {
    return id;
  }

  /** Where the rows are received. */
  Path file() {
    return file;
  }

  Path rejects() {
    return folder.resolve("rejects.csv");
  }

  boolean isOver() {
    return state == State.DONE || state == State.FAILED;
  }

  /** Brings the rows in. Blocks. */
  void run(Catalogue catalogue, Charset encoding, Map<String, String> columns) {
    long started = System.nanoTime();
    try (Writer writer = Files.newBufferedWriter(rejects())) {
      size = Files.size(file);
      state = State.RUNNING;
      result =
          new Import(
                  file,
                  encoding,
                  columns,
                  writer,
                  (read, soFar) -> {
                    bytes = read;
                    rows = soFar;
                    seconds = secondsSince(started);
                  })
              .into(catalogue);
      seconds = secondsSince(started);
      state = State.DONE;
      LOG.info("import {}: {}", id, result);
    } catch (IOException | RuntimeException | OutOfMemoryError failed) {
      fail(String.valueOf(failed.getMessage()));
      LOG.warn("import {} failed; nothing was changed", id, failed);
    } finally {
      deleteRows();
    }
  }

  void fail(String why) {
    fault = why;
    state = State.FAILED;
  }

  private void deleteRows() {
    try {
      Files.deleteIfExists(file);
    } catch (IOException failed) {
      LOG.warn("{} stays behind", file, failed);
    }
  }

  /** Forgets it, with its file of rejected rows. */
  void delete() {
    try {
      Files.deleteIfExists(rejects());
      Files.deleteIfExists(file);
      Files.deleteIfExists(folder);
    } catch (IOException failed) {
      LOG.warn("{} stays behind", folder, failed);
    }
  }

  private static double secondsSince(long nanos) {
    return (double) (System.nanoTime() - nanos) / TimeUnit.SECONDS.toNanos(1);
  }

  JsonObject status() {
    JsonObject status =
        new JsonObject()
            .put("id", id)
            .put("state", state.name().toLowerCase(Locale.ROOT))
            .put("percent", state == State.DONE ? 100 : size == 0 ? 0 : bytes * 100 / size)
            .put("rows", rows)
            .put("rowsPerSecond", seconds == 0 ? 0 : Math.round(rows / seconds))
            .put("seconds", Math.round(secondsSince(began)));
    Import.Result ended = result;
    if (ended != null) {
      status.put(
          "result",
          new JsonObject()
              .put("rows", ended.rows())
              .put("taken", ended.taken())
              .put("duplicates", ended.duplicates())
              .put("replaced", ended.replaced())
              .put("rejected", ended.rejected())
              .put("added", ended.added()));
      status.put("rejects", "/v1/imports/" + id + "/rejects");
    }
    if (state == State.FAILED) {
      status.put("detail", fault);
    }
    return status;
  }
}
