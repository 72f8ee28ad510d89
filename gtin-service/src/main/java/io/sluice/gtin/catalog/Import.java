package io.sluice.gtin.catalog;

import io.sluice.gtin.gtin.As;
import io.sluice.gtin.gtin.CompanyPrefixes;
import io.sluice.gtin.gtin.Gtin;
import io.sluice.gtin.gtin.Reading;
import io.sluice.gtin.rows.Column;
import io.sluice.gtin.rows.RejectedRows;
import io.sluice.gtin.rows.Row;
import io.sluice.gtin.rows.RowReader;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.Writer;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Brings the items of a file into a catalogue, in one transaction: who reads the catalogue sees all
 * of them or none, and whoever is killed in the middle has changed nothing. Every row is accounted
 * for. Blocks; one thread.
 */
public final class Import {
  /**
   * What became of the rows; taken, duplicates, replaced and rejected are {@code rows} together.
   *
   * @param taken rows that are in the catalogue now
   * @param duplicates rows that said again what an earlier one had said
   * @param replaced rows of whose number a later one said something else
   * @param rejected rows that are no items
   * @param added items that the catalogue did not have before
   * @param repaired how many codes needed each step, by its code
   * @param columns the file's names of the columns that were used, by {@link Column#code}; empty
   *     for JSON Lines
   */
  public record Result(
      long rows,
      long taken,
      long duplicates,
      long replaced,
      long rejected,
      long added,
      Map<String, Long> repaired,
      Map<String, String> columns) {
    /** What was written before there were the last two has none of them. */
    public Result {
      repaired = Objects.requireNonNullElse(repaired, Map.of());
      columns = Objects.requireNonNullElse(columns, Map.of());
    }
  }

  /**
   * How a file is to be read.
   *
   * @param author who wants it
   * @param encoding where no byte order mark says which
   * @param columns the file's own names for columns; the usual names are known anyway
   * @param as in which forms codes come
   * @param prefixes of companies, which decide between readings
   * @param strict whether codes that need a repair that is not certain are rejected
   * @param dryRun whether nothing is written
   */
  public record How(
      Author author,
      Charset encoding,
      Map<Column, String> columns,
      As as,
      CompanyPrefixes prefixes,
      boolean strict,
      boolean dryRun) {}

  /** Somebody does not want it any more; nothing was changed. */
  public static final class Cancelled extends IOException {
    private static final long serialVersionUID = 1;

    Cancelled() {
      super("it was cancelled");
    }
  }

  private static final int PROGRESS_ROWS = 10_000;
  private static final int LOOKED_UP = 500;

  private final Path file;
  private final How how;
  private final @Nullable Writer rejects;
  private final BiConsumer<Long, Long> progress;
  private final BooleanSupplier wanted;
  private final SeenItems seen = new SeenItems();
  private final Map<String, Long> repaired = new TreeMap<>();
  private Map<String, String> columns = Map.of();
  private long rows;
  private long duplicates;
  private long replaced;
  private long rejected;
  private String firstReason = "";

  /**
   * @param rejects gets every rejected row, as {@link RejectedRows} writes it; null for nobody
   * @param progress called now and then with the bytes that were read and the rows so far
   * @param wanted asked now and then whether to go on
   */
  public Import(
      Path file,
      How how,
      @Nullable Writer rejects,
      BiConsumer<Long, Long> progress,
      BooleanSupplier wanted) {
    this.file = file;
    this.how = how;
    this.rejects = rejects;
    this.progress = progress;
    this.wanted = wanted;
  }

  /**
   * Runs it.
   *
   * @throws IOException when no row can come from the file, or it or the catalogue cannot be used;
   *     nothing was changed then
   */
  public Result into(Catalogue catalogue) throws IOException {
    return into(catalogue, ItemStore.Ending.FORGOTTEN);
  }

  /**
   * Runs it, and leaves in the catalogue what became of it.
   *
   * @param ending the status for a result
   * @param kept the file that {@code rejects} are written to
   * @throws IOException as above
   */
  public Result into(Catalogue catalogue, Function<Result, ImportStatus> ending, Path kept)
      throws IOException {
    return into(catalogue, added -> new ItemStore.Ended(ending.apply(result(added)), kept));
  }

  private Result into(Catalogue catalogue, ItemStore.Ending ending) throws IOException {
    try (Counting bytes = new Counting(Files.newInputStream(file))) {
      if (how.dryRun) {
        Absent absent = new Absent(catalogue);
        read(bytes, absent);
        return result(absent.count());
      }
      return result(
          catalogue.replaceAll(
              sink -> ReadAhead.run(rows -> read(bytes, rows), sink), how.author, ending));
    }
  }

  private Result result(long added) {
    long taken = rows - duplicates - replaced - rejected;
    return new Result(
        rows, taken, duplicates, replaced, rejected, added, Map.copyOf(repaired), columns);
  }

  private void read(Counting bytes, ItemStore.Sink sink) throws IOException {
    RejectedRows out = rejects == null ? null : new RejectedRows(rejects);
    columns = new RowReader(how.columns).read(bytes, how.encoding, new Rows(bytes, sink, out));
    if (rejects != null) {
      // While it can still be taken back: a full disk is no reason to have taken half of the news.
      rejects.flush();
    }
    progress.accept(bytes.count, rows);
    if (rows == rejected) {
      throw new NothingTaken(result(0), firstReason);
    }
  }

  /** No row of the file is an item; nothing was changed. */
  public static final class NothingTaken extends IOException {
    private static final long serialVersionUID = 1;

    private final transient Result result;

    NothingTaken(Result result, String first) {
      super(
          result.rows() == 0
              ? "found no rows behind the header, expected items"
              : "found no row that is an item: all "
                  + result.rows()
                  + " were rejected, the first because it has "
                  + first);
      this.result = result;
    }

    /** What became of its rows. */
    public Result result() {
      return result;
    }
  }

  private final class Rows implements RowReader.Sink {
    private final Counting bytes;
    private final ItemStore.Sink sink;
    private final @Nullable RejectedRows out;

    Rows(Counting bytes, ItemStore.Sink sink, @Nullable RejectedRows out) {
      this.bytes = bytes;
      this.sink = sink;
      this.out = out;
    }

    @Override
    public void begin(List<String> header) throws IOException {
      if (out != null) {
        out.begin(header);
      }
    }

    @Override
    public void row(Row row) throws IOException {
      count();
      switch (ItemRow.read(row, how)) {
        case ItemRow.Bad bad -> reject(row.line(), bad.code(), bad.detail(), row.raw());
        case ItemRow.Good good -> {
          for (Reading.Step step : good.steps()) {
            repaired.merge(step.code(), 1L, Long::sum);
          }
          switch (seen.add(good.item())) {
            case ALIKE -> duplicates++;
            case OTHERWISE -> replaced++;
            case NEVER -> {}
          }
          sink.put(good.item());
        }
      }
    }

    @Override
    public void broken(long line, String code, String detail, Row.Raw raw) throws IOException {
      count();
      reject(line, code, detail, raw);
    }

    private void count() throws IOException {
      if (++rows % PROGRESS_ROWS == 0) {
        progress.accept(bytes.count, rows);
        if (!wanted.getAsBoolean()) {
          throw new Cancelled();
        }
      }
    }

    private void reject(long line, String code, String detail, Row.Raw raw) throws IOException {
      if (rejected++ == 0) {
        firstReason = detail.replaceFirst("^found ", "");
      }
      if (out != null) {
        out.add(line, code, detail, raw);
      }
    }
  }

  /** Counts the items that the catalogue does not have, and keeps nothing. */
  private static final class Absent implements ItemStore.Sink {
    private final Catalogue catalogue;
    private final Map<Long, Item> waiting = new TreeMap<>();
    private final SeenItems seen = new SeenItems();
    private long absent;

    Absent(Catalogue catalogue) {
      this.catalogue = catalogue;
    }

    @Override
    public void put(Item item) {
      if (seen.add(item) == SeenItems.Before.NEVER) {
        waiting.put(item.gtin().value(), item);
      }
      if (waiting.size() == LOOKED_UP) {
        lookUp();
      }
    }

    private void lookUp() {
      List<Gtin> gtins = waiting.values().stream().map(Item::gtin).toList();
      absent += gtins.size() - catalogue.lookUp(gtins).join().items().size();
      waiting.clear();
    }

    long count() {
      lookUp();
      return absent;
    }
  }

  /** Knows how many bytes were read. */
  private static final class Counting extends FilterInputStream {
    private long count;

    Counting(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int b = super.read();
      count += b < 0 ? 0 : 1;
      return b;
    }

    @Override
    public int read(byte[] buffer, int from, int length) throws IOException {
      int got = super.read(buffer, from, length);
      count += Math.max(0, got);
      return got;
    }
  }
}
