package io.sluice.gtin.rows;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What the cells of a CSV file's records are, of which its header has told. */
final class CsvTable {
  /** A column that is no code. */
  private static final class Field {
    private final Column column;

    /** Where its cells are, the best name's first. */
    private final int[] places;

    /** Those of the best name, which have to agree. */
    private final int[] ofOneName;

    Field(Column column, List<String> header, Map<Column, int[]> at) {
      this.column = column;
      places = CsvTable.places(at, column);
      ofOneName =
          Arrays.stream(places)
              .filter(place -> best(header).equals(plain(header, place)))
              .toArray();
    }

    private String best(List<String> header) {
      return plain(header, places[0]);
    }

    private static String plain(List<String> header, int place) {
      return Column.plain(header.get(place));
    }

    @Nullable String value(List<String> cells) {
      for (int place : places) {
        if (says(cells, place)) {
          return cells.get(place);
        }
      }
      return null;
    }

    /** What cells of one name say, where they say different things; empty where they agree. */
    Set<String> disagreement(List<String> cells) {
      if (ofOneName.length < 2) {
        return Set.of();
      }
      Set<String> values = new LinkedHashSet<>();
      for (int place : ofOneName) {
        if (says(cells, place)) {
          values.add(cells.get(place));
        }
      }
      return values.size() < 2 ? Set.of() : values;
    }
  }

  private final int width;
  private final boolean rejected;
  private final int[] codes;

  /** Whether each of the codes is in a column of book numbers. */
  private final boolean[] books;

  private final Field name;
  private final Field brand;
  private final Field category;
  private final Field attributes;
  private final List<Field> fields;

  CsvTable(List<String> header, Map<Column, int[]> at) {
    width = header.size();
    rejected = RejectedRows.isHeader(header);
    codes = places(at, Column.GTIN);
    books = new boolean[codes.length];
    IntStream.range(0, codes.length)
        .forEach(i -> books[i] = Column.plain(header.get(codes[i])).startsWith("isbn"));
    name = new Field(Column.NAME, header, at);
    brand = new Field(Column.BRAND, header, at);
    category = new Field(Column.CATEGORY, header, at);
    attributes = new Field(Column.ATTRIBUTES, header, at);
    fields = List.of(name, brand, category, attributes);
  }

  private static int[] places(Map<Column, int[]> at, Column column) {
    return at.getOrDefault(column, new int[0]);
  }

  private static boolean says(List<String> cells, int place) {
    return place < cells.size() && !cells.get(place).isBlank();
  }

  /** Gives a record to the sink, as a row or as one that is broken. */
  void row(CsvRows.Read.Cells read, RowReader.Sink sink) throws IOException {
    List<String> cells = rejected ? mended(read.cells()) : read.cells();
    String text = rejected ? RejectedRows.text(cells) : "";
    if (!text.isEmpty()) {
      sink.broken(
          read.line(),
          "malformed",
          "found a row that was rejected and is not mended, expected its cells in the columns",
          new Row.Raw.Text(text));
      return;
    }
    Row.Raw raw = new Row.Raw.Cells(cells);
    for (int i = width; i < cells.size(); i++) {
      if (!cells.get(i).isBlank()) {
        sink.broken(
            read.line(),
            "malformed",
            "found " + cells.size() + " cells, expected " + width + " as the header has",
            raw);
        return;
      }
    }
    for (Field field : fields) {
      Set<String> values = field.disagreement(cells);
      if (!values.isEmpty()) {
        sink.broken(
            read.line(),
            "columns",
            field.column.code()
                + ": found "
                + values
                + " in columns of one name, expected the same",
            raw);
        return;
      }
    }
    sink.row(
        new Row(
            read.line(),
            codes(cells),
            name.value(cells),
            brand.value(cells),
            category.value(cells),
            attributes.value(cells),
            raw));
  }

  /** Each once; a column's name says as much of ten digits as if it were printed before them. */
  private List<Object> codes(List<String> cells) {
    List<Object> found = new ArrayList<>(1);
    for (int i = 0; i < codes.length; i++) {
      if (says(cells, codes[i])) {
        String code = cells.get(codes[i]);
        boolean book = books[i] && code.strip().matches("[0-9]{9}[0-9Xx]");
        String said = book ? "ISBN " + code.strip() : code;
        if (!found.contains(said)) {
          found.add(said);
        }
      }
    }
    return found;
  }

  /** Without the apostrophes that kept a spreadsheet from running what was rejected. */
  private static List<String> mended(List<String> cells) {
    return cells.stream().map(RejectedRows::exact).toList();
  }
}
