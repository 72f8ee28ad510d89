package io.sluice.gtin.gtin;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a number says that a shop's scale has printed: an item, and a price, a weight or a count of
 * it (GS1 General Specifications, "Variable measure trade items using Restricted Circulation
 * Numbers"). Which digits are which is a matter of the region, so it has to be said.
 *
 * @param item the number with zeros for the measure, under which the item is kept
 * @param kind {@code price}, {@code weight} in kilograms, or {@code count}
 * @param value as people write it: {@code 12.34}
 */
public record VariableMeasure(Gtin item, String kind, String value) {
  /** Where a number was printed. */
  public enum Region {
    DE(
        new Rule("22|23", 7, 5, "price", 2),
        new Rule("25|26", 7, 5, "count", 0),
        new Rule("28|29", 7, 5, "weight", 3)),
    DK(
        new Rule("2[1-4]", 6, 6, "price", 2),
        new Rule("26|28", 6, 6, "weight", 3),
        new Rule("27", 7, 5, "weight", 3)),
    GB(new Rule("20", 8, 4, "price", 2)),
    NO(nordic()),
    SE(nordic());

    private final List<Rule> rules;

    Region(Rule... rules) {
      this.rules = List.of(rules);
    }

    private static Rule[] nordic() {
      return new Rule[] {
        new Rule("20", 8, 4, "price", 2),
        new Rule("21", 8, 4, "price", 1),
        new Rule("22", 8, 4, "price", 0),
        new Rule("23", 8, 4, "weight", 3),
        new Rule("24", 8, 4, "weight", 2),
        new Rule("25", 8, 4, "weight", 1)
      };
    }

    /** The region with a code, such as {@code se}. */
    public static Optional<Region> find(String code) {
      return Arrays.stream(values())
          .filter(each -> each.name().equals(code.toUpperCase(Locale.ROOT)))
          .findFirst();
    }
  }

  /**
   * How numbers with some prefixes are made.
   *
   * @param prefixes of the thirteen digits
   * @param item how many digits are the item's; in Germany and Britain the last of them is the
   *     check digit of the measure, which is 0 for none
   * @param measure how many digits the measure has
   * @param decimals how many of them stand behind the point
   */
  private record Rule(Pattern prefixes, int item, int measure, String kind, int decimals) {
    Rule(String prefixes, int item, int measure, String kind, int decimals) {
      this(Pattern.compile("(" + prefixes + ").*"), item, measure, kind, decimals);
    }

    VariableMeasure of(String thirteen, boolean checked) {
      // Without a measure its check digit is 0 as well.
      int kept = checked ? item - 1 : item;
      long body = Long.parseLong(thirteen.substring(0, kept) + "0".repeat(12 - kept));
      String digits = thirteen.substring(item, item + measure);
      String padded = "0".repeat(Math.max(0, decimals + 1 - measure)) + digits;
      int point = padded.length() - decimals;
      String whole = padded.substring(0, point).replaceFirst("^0+(?=.)", "");
      return new VariableMeasure(
          Gtin.ofBody(body), kind, decimals == 0 ? whole : whole + "." + padded.substring(point));
    }
  }

  /** What a number says, if it is one of these in the region. */
  public static Optional<VariableMeasure> of(Gtin gtin, Region region) {
    if (gtin.type() != GtinType.GTIN_13 && gtin.type() != GtinType.GTIN_12) {
      return Optional.empty();
    }
    String thirteen = gtin.text().substring(1);
    boolean checked = region == Region.DE || region == Region.GB;
    return region.rules.stream()
        .filter(rule -> rule.prefixes.matcher(thirteen).matches())
        .findFirst()
        .map(rule -> rule.of(thirteen, checked));
  }
}
