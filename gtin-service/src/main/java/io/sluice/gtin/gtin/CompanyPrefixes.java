package io.sluice.gtin.gtin;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * GS1 company prefixes that somebody has brought along (GS1 General Specifications, "GS1 Company
 * Prefix"): the digits with which all numbers of one company begin, as a GTIN-13 has them. Who
 * finds the company of one reading of a text and of no other has evidence for it. Immutable.
 */
public final class CompanyPrefixes {
  /** None are known. */
  public static final CompanyPrefixes NONE = new CompanyPrefixes(Map.of());

  private static final int SHORTEST = 4;
  private static final int LONGEST = 12;

  private final Map<String, String> companies;

  private CompanyPrefixes(Map<String, String> companies) {
    this.companies = companies;
  }

  /**
   * A company and its prefix.
   *
   * @param company may be empty
   */
  public record Known(String prefix, String company) {}

  /**
   * Those of a table.
   *
   * @param lines a prefix of 4 to 12 digits, and behind a comma, a semicolon or a tab its company;
   *     blank lines and those from # on are none
   * @throws IllegalArgumentException naming the line that is no such prefix
   */
  public static CompanyPrefixes of(List<String> lines) {
    Map<String, String> companies = new HashMap<>();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      String[] parts = line.split("[,;\t]", 2);
      String prefix = parts[0].strip();
      if (!prefix.matches("[0-9]{" + SHORTEST + "," + LONGEST + "}")) {
        throw new IllegalArgumentException(
            "line "
                + (i + 1)
                + ": found \""
                + prefix
                + "\", expected a prefix of 4 to 12 digits and perhaps a company");
      }
      companies.put(prefix, parts.length > 1 ? parts[1].strip().replaceAll("^\"|\"$", "") : "");
    }
    return new CompanyPrefixes(Map.copyOf(companies));
  }

  /** The longest one that a number begins with. */
  public Optional<Known> of(Gtin gtin) {
    if (companies.isEmpty() || gtin.type() == GtinType.GTIN_8) {
      return Optional.empty();
    }
    String thirteen = gtin.text().substring(1);
    for (int length = LONGEST; length >= SHORTEST; length--) {
      String prefix = thirteen.substring(0, length);
      String company = companies.get(prefix);
      if (company != null) {
        return Optional.of(new Known(prefix, company));
      }
    }
    return Optional.empty();
  }

  /** The one reading of several whose company is known, where there is only one such. */
  public Reading decide(Reading reading) {
    if (companies.isEmpty() || !(reading instanceof Reading.Several several)) {
      return reading;
    }
    List<Reading.One> known =
        several.candidates().stream().filter(one -> of(one.gtin()).isPresent()).toList();
    if (known.size() != 1) {
      return reading;
    }
    Reading.One one = known.getFirst();
    List<Reading.Step> likely =
        NumberReader.with(
                one.steps(),
                "company-prefix-known",
                "of the readings only this one begins with a company prefix that is known",
                Confidence.LIKELY)
            .stream()
            .map(step -> new Reading.Step(step.code(), step.detail(), atLeastLikely(step)))
            .toList();
    return new Reading.One(one.gtin(), one.form(), likely);
  }

  private static Confidence atLeastLikely(Reading.Step step) {
    return step.confidence() == Confidence.GUESSED ? Confidence.LIKELY : step.confidence();
  }
}
