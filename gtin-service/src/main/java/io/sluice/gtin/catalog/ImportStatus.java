package io.sluice.gtin.catalog;

import org.jspecify.annotations.Nullable;

/**
 * How far an import is, or how it ended.
 *
 * @param id chosen by who began it
 * @param size of the file in bytes; 0 until it is known
 * @param bytes of it that were read
 * @param rows that were read
 * @param seconds since the first of them
 * @param result null until it is done, and where nothing is known of the rows
 * @param detail why it failed; empty where it did not
 */
public record ImportStatus(
    String id,
    State state,
    long size,
    long bytes,
    long rows,
    double seconds,
    Import.@Nullable Result result,
    String detail) {
  /** What is done with it. */
  public enum State {
    RECEIVING,
    RUNNING,
    DONE,
    FAILED,
    CANCELLED;

    public boolean isOver() {
      return this == DONE || this == FAILED || this == CANCELLED;
    }
  }

  public static ImportStatus receiving(String id) {
    return new ImportStatus(id, State.RECEIVING, 0, 0, 0, 0, null, "");
  }

  public ImportStatus running(long size) {
    return new ImportStatus(id, State.RUNNING, size, 0, 0, 0, null, "");
  }

  public ImportStatus at(long bytes, long rows, double seconds) {
    return new ImportStatus(id, state, size, bytes, rows, seconds, null, "");
  }

  public ImportStatus done(Import.Result result, double seconds) {
    return new ImportStatus(id, State.DONE, size, size, result.rows(), seconds, result, "");
  }

  /** Nothing was changed. */
  public ImportStatus failed(String detail) {
    return new ImportStatus(id, State.FAILED, size, bytes, rows, seconds, null, detail);
  }

  /** Nothing was changed, as no row was an item. */
  public ImportStatus nothing(Import.Result result, String detail) {
    return new ImportStatus(id, State.FAILED, size, size, result.rows(), seconds, result, detail);
  }

  /** Nothing was changed, as somebody wanted. */
  public ImportStatus cancelled() {
    return new ImportStatus(id, State.CANCELLED, size, bytes, rows, seconds, null, "");
  }
}
