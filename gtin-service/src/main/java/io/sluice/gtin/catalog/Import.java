package io.sluice.gtin.catalog;

import java.io.BufferedReader;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Brings the items of a file into a catalogue, in one transaction: who reads the catalogue sees all
 * of them or none, and whoever is killed in the middle has changed nothing. Every row is accounted
 * for. Blocks; one thread.
 */
public final class Import {
  /**
   * What became of the rows; their sum is {@code rows}.
   *
   * @param taken rows that are in the catalogue now
   * @param duplicates rows that said again what an earlier one had said
   * @param replaced rows of whose number a later one said something else
   * @param rejected rows that are no items
   * @param added items that the catalogue did not have before
   */
  public record Result(
      long rows, long taken, long duplicates, long replaced, long rejected, long added) {}

  /** The columns that matter. */
  public static final List<String> COLUMNS = List.of("gtin", "name", "brand", "category");

  private static final int PROGRESS_ROWS = 10_000;

  private final Path file;
  private final Charset encoding;
  private final RowReader reader;
  private final @Nullable Writer rejects;
  private final BiConsumer<Long, Long> progress;
  private final SeenItems seen = new SeenItems();
  private long rows;
  private long duplicates;
  private long replaced;
  private long rejected;

  /**
   * @param file JSON Lines where its name ends in .jsonl or .ndjson, else CSV
   * @param columns the file's own names for the {@link #COLUMNS}, by these; the usual names are
   *     known anyway
   * @param rejects gets a line of CSV for every rejected row: line, code, detail, the row's values,
   *     none of which is a formula to a spreadsheet; null for nobody
   * @param progress called now and then with the bytes that were read and the rows so far
   */
  public Import(
      Path file,
      Charset encoding,
      Map<String, String> columns,
      @Nullable Writer rejects,
      BiConsumer<Long, Long> progress) {
    this.file = file;
    this.encoding = encoding;
    this.reader = new RowReader(columns);
    this.rejects = rejects;
    this.progress = progress;
  }

  /**
   * Runs it.
   *
   * @throws IOException when the file is neither CSV nor JSON Lines, or either cannot be used;
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
      if (rejects != null) {
        rejects.write("line,code,detail,row\n");
      }
      return result(
          catalogue.replaceAll(sink -> ReadAhead.run(rows -> read(bytes, rows), sink), ending));
    } catch (CharacterCodingException wrong) {
      throw new IOException(
          file + ": found bytes that are no " + encoding + ", expected its --encoding", wrong);
    }
  }

  private Result result(long added) {
    long taken = rows - duplicates - replaced - rejected;
    return new Result(rows, taken, duplicates, replaced, rejected, added);
  }

  private void read(Counting bytes, ItemStore.Sink sink) throws IOException {
    RowReader.Sink rowSink = new Rows(bytes, sink);
    var strict = new InputStreamReader(bytes, encoding.newDecoder());
    try (BufferedReader text = new BufferedReader(strict, 1 << 16)) {
      skipByteOrderMark(text);
      if (RowReader.isJsonLines(file)) {
        reader.jsonLines(text, rowSink);
      } else {
        reader.csv(text, file.getFileName().toString(), rowSink);
      }
    }
    if (rejects != null) {
      // While it can still be taken back: a full disk is no reason to have taken half of the news.
      rejects.flush();
    }
    progress.accept(bytes.count, rows);
  }

  private static void skipByteOrderMark(BufferedReader text) throws IOException {
    text.mark(1);
    if (text.read() != '\ufeff') {
      text.reset();
    }
  }

  private final class Rows implements RowReader.Sink {
    private final Counting bytes;
    private final ItemStore.Sink sink;

    Rows(Counting bytes, ItemStore.Sink sink) {
      this.bytes = bytes;
      this.sink = sink;
    }

    @Override
    public void row(long line, Map<String, String> values) throws IOException {
      if (++rows % PROGRESS_ROWS == 0) {
        progress.accept(bytes.count, rows);
      }
      switch (ItemRow.read(values)) {
        case ItemRow.Bad bad -> reject(line, bad.code(), bad.detail(), values.values());
        case ItemRow.Good(Item item) -> {
          switch (seen.add(item)) {
            case ALIKE -> {
              duplicates++;
              sink.put(item);
            }
            case OTHERWISE -> {
              replaced++;
              sink.put(item);
            }
            case NEVER -> sink.put(item);
          }
        }
      }
    }

    @Override
    public void broken(long line, String text, String why) throws IOException {
      rows++;
      reject(line, "malformed", why, List.of(text));
    }
  }

  private void reject(long line, String code, String detail, Iterable<String> values)
      throws IOException {
    rejected++;
    if (rejects != null) {
      StringBuilder row = new StringBuilder().append(line).append(',').append(code).append(',');
      CsvCell.harmless(detail, row);
      for (String value : values) {
        CsvCell.harmless(value, row.append(','));
      }
      rejects.append(row.append('\n'));
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
