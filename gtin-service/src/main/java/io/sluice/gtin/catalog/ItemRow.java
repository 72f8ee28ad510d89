package io.sluice.gtin.catalog;

import io.sluice.gtin.gtin.Confidence;
import io.sluice.gtin.gtin.GtinReader;
import io.sluice.gtin.gtin.Reading;
import io.sluice.gtin.gtin.Refusal;
import io.sluice.gtin.rows.Row;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What became of one row of a file. */
sealed interface ItemRow {
  /**
   * An item.
   *
   * @param steps what was done to the code
   */
  record Good(Item item, List<Reading.Step> steps) implements ItemRow {}

  /**
   * A row that is not taken.
   *
   * @param code stable, for programs
   * @param detail what was found and what was expected
   */
  record Bad(String code, String detail) implements ItemRow {}

  /**
   * Reads one. Columns of codes that say something must say the same number; beside a good one,
   * another that is none says nothing.
   *
   * @param how codes are read, and which are taken
   */
  static ItemRow read(Row row, Import.How how) {
    ItemFields fields;
    Reading.One one;
    try {
      fields = ItemFields.of(values(row));
      one = number(row.gtins(), how);
    } catch (ItemFields.Bad none) {
      return new Bad(none.field(), String.valueOf(none.getMessage()));
    }
    if (how.strict() && one.confidence() != Confidence.CERTAIN) {
      return new Bad(
          "unsure",
          "found "
              + row.gtins()
              + ", which is "
              + one.gtin().text()
              + " when it is repaired ("
              + one.steps().getLast().code()
              + "); expected a code that needs no repair");
    }
    return new Good(fields.item(one.gtin()), one.steps());
  }

  private static Map<String, @Nullable Object> values(Row row) throws ItemFields.Bad {
    Map<String, @Nullable Object> values = new HashMap<>();
    values.put("name", row.name());
    values.put("brand", row.brand());
    values.put("category", row.category());
    values.put(
        "attributes",
        row.raw() instanceof Row.Raw.Cells && row.attributes() instanceof String cell
            ? Attributes.ofCell(cell)
            : row.attributes());
    return values;
  }

  private static Reading.One number(List<Object> codes, Import.How how) throws ItemFields.Bad {
    if (codes.isEmpty()) {
      throw new ItemFields.Bad("empty", "gtin: found nothing, expected a code");
    }
    List<Reading.One> good = new ArrayList<>();
    List<Reading> others = new ArrayList<>();
    for (Object code : codes) {
      if (!(code instanceof String text)) {
        throw new ItemFields.Bad("gtin", "gtin: found " + code + ", expected a text or a number");
      }
      Reading reading = how.prefixes().decide(GtinReader.read(text, how.as()));
      if (reading instanceof Reading.One one && one.confidence() != Confidence.GUESSED) {
        good.add(one);
      } else {
        others.add(reading);
      }
    }
    if (good.isEmpty()) {
      throw why(String.valueOf(codes.getFirst()), others.getFirst());
    }
    Reading.One one = good.getFirst();
    boolean agreed =
        good.stream().allMatch(other -> other.gtin().equals(one.gtin()))
            && others.stream().allMatch(other -> agrees(other, one));
    if (!agreed) {
      throw new ItemFields.Bad(
          "several-items", "found the codes " + codes + ", expected those of one item");
    }
    return one;
  }

  /** A placeholder says nothing; a number that was mistyped, or another one, contradicts. */
  private static boolean agrees(Reading other, Reading.One one) {
    return switch (other) {
      case Reading.Refused refused -> refused.code() != Refusal.CHECK_DIGIT;
      case Reading.One guess -> guess.gtin().equals(one.gtin());
      case Reading.Several several ->
          several.candidates().stream().anyMatch(each -> each.gtin().equals(one.gtin()));
    };
  }

  private static ItemFields.Bad why(String code, Reading reading) {
    return switch (reading) {
      case Reading.Refused refused -> new ItemFields.Bad(refused.code().code(), refused.detail());
      case Reading.One guess ->
          new ItemFields.Bad(
              "ambiguous",
              "found "
                  + code
                  + ", which may be "
                  + guess.gtin().text()
                  + " by chance; expected a code that says so");
      case Reading.Several several ->
          new ItemFields.Bad(
              "ambiguous",
              "found "
                  + code
                  + ", which may be "
                  + several.text()
                  + "; expected one number, or as");
    };
  }
}
