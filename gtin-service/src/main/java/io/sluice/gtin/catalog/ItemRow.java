package io.sluice.gtin.catalog;

import io.sluice.gtin.gtin.GtinReader;
import io.sluice.gtin.gtin.Reading;
import java.util.Map;

/** What became of one row of a file. */
sealed interface ItemRow {
  record Good(Item item) implements ItemRow {}

  /**
   * A row that is not taken.
   *
   * @param code stable, for programs
   * @param detail what was found and what was expected
   */
  record Bad(String code, String detail) implements ItemRow {}

  /**
   * Reads one.
   *
   * @param values by column
   */
  static ItemRow read(Map<String, String> values) {
    String code = values.get("gtin");
    String name = values.get("name");
    if (code == null || name == null) {
      return new Bad(
          "columns",
          "found the columns " + values.keySet() + ", expected gtin and name among them");
    }
    if (name.isBlank()) {
      return new Bad("name", "found no name, expected one");
    }
    String brand = values.getOrDefault("brand", "");
    String category = values.getOrDefault("category", "");
    if (Item.isTooLong(name, brand, category)) {
      return new Bad(
          "name", "expected at most " + Item.MOST_CHARACTERS + " characters in all columns");
    }
    if (!Item.isText(name, brand, category)) {
      return new Bad("name", "found U+0000 or half of a surrogate pair, expected text");
    }
    return switch (GtinReader.read(code)) {
      case Reading.One one -> new Good(new Item(one.gtin(), name.strip(), brand, category));
      case Reading.Several _ ->
          new Bad(
              "ambiguous",
              "found " + code + ", which means several numbers, expected 12 or more digits");
      case Reading.Refused refused -> new Bad(refused.code().code(), refused.detail());
    };
  }
}
