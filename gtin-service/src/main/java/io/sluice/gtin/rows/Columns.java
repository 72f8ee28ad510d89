package io.sluice.gtin.rows;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which of a file's own names stand for which column. Of names that mean the same, a better one
 * makes a weaker one mean nothing; the first of them that says something counts. What has the same
 * name twice, and all columns of codes, have to agree row by row.
 *
 * @param used the file's names for each column, as they were found
 */
record Columns(Map<Column, List<String>> used) {
  /**
   * Those of a header, or of an object.
   *
   * @param found the file's names
   * @param named what the sender says which of them is what
   * @throws NoRows when a name that was said is not among them
   */
  static Columns of(List<String> found, Map<Column, String> named) throws NoRows {
    Map<Column, List<String>> used = new EnumMap<>(Column.class);
    Map<String, String> plain = plain(found, named);
    for (Column column : Column.values()) {
      String name = named.get(column);
      if (name != null) {
        List<String> said =
            found.stream().filter(each -> each.strip().equalsIgnoreCase(name.strip())).toList();
        if (said.isEmpty()) {
          throw new NoRows("found the columns " + found + ", expected \"" + name + "\" among them");
        }
        used.put(column, said);
        continue;
      }
      List<String> known = known(column.names(), found, plain);
      used.put(column, known.isEmpty() ? known(column.weakNames(), found, plain) : known);
    }
    return new Columns(used);
  }

  /** The plain names of those that nobody has said anything of. */
  private static Map<String, String> plain(List<String> found, Map<Column, String> named) {
    Map<String, String> plain = new HashMap<>();
    for (String each : found) {
      if (named.values().stream().noneMatch(said -> said.strip().equalsIgnoreCase(each.strip()))) {
        plain.put(each, Column.plain(each));
      }
    }
    return plain;
  }

  /** In the order of what is known, so that the best comes first. */
  private static List<String> known(
      List<String> names, List<String> found, Map<String, String> plain) {
    List<String> known = new ArrayList<>();
    for (String name : names) {
      for (String each : found) {
        if (name.equals(plain.get(each))) {
          known.add(each);
        }
      }
    }
    return known;
  }

  /** Fails where no item can come from rows with these columns. */
  void check(List<String> found) throws NoRows {
    List<String> missing = new ArrayList<>();
    for (Column column : List.of(Column.GTIN, Column.NAME)) {
      if (counted(column).isEmpty()) {
        missing.add(
            "one for "
                + column.code()
                + " ("
                + String.join(", ", column.names().subList(0, Math.min(5, column.names().size())))
                + ", …)");
      }
    }
    if (!missing.isEmpty()) {
      throw new NoRows(
          "found the columns "
              + found
              + ", expected "
              + String.join(" and ", missing)
              + ", or one that is named as such");
    }
  }

  /** The names whose values count for a column, the best first. */
  List<String> counted(Column column) {
    return used.getOrDefault(column, List.of());
  }

  /** At which places of a header these stand. */
  Map<Column, int[]> at(List<String> header) {
    Map<Column, int[]> at = new EnumMap<>(Column.class);
    for (Column column : Column.values()) {
      List<Integer> places = new ArrayList<>();
      for (String name : new LinkedHashSet<>(counted(column))) {
        for (int i = 0; i < header.size(); i++) {
          if (header.get(i).equals(name)) {
            places.add(i);
          }
        }
      }
      at.put(column, places.stream().mapToInt(Integer::intValue).toArray());
    }
    return at;
  }

  /** What they are called in a result: {@code {gtin: EAN13, name: Title}}. */
  Map<String, String> names() {
    Map<String, String> names = new HashMap<>();
    for (Column column : Column.values()) {
      Optional.of(String.join(", ", counted(column).stream().distinct().toList()))
          .filter(text -> !text.isEmpty())
          .ifPresent(text -> names.put(column.code(), text));
    }
    return names;
  }
}
