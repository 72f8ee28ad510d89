package io.sluice.gtin.gtin;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Every other way to write a number, of those that exist for it. Pure functions. */
public final class Forms {
  private static final long BOOKLAND = 978;
  private static final long MUSICLAND = 9790;
  private static final long SERIALS = 977;

  private Forms() {}

  /**
   * By name, in a stable order: the four lengths, then UPC-E, those of books, music and serials,
   * and the link.
   */
  public static Map<String, String> of(Gtin gtin) {
    Map<String, String> forms = new LinkedHashMap<>();
    String text = gtin.text();
    int natural = gtin.type().digits();
    for (GtinType type : GtinType.values()) {
      // A shorter number may be written longer, but for GTIN-8: 12 and 13 digits would be
      // another's.
      boolean exists =
          natural == type.digits()
              || type == GtinType.GTIN_14
              || (natural == 12 && type == GtinType.GTIN_13);
      if (exists) {
        forms.put("gtin" + type.digits(), text.substring(14 - type.digits()));
      }
    }
    UpcE.suppress(gtin).ifPresent(upce -> forms.put("upce", upce));
    if (gtin.type() == GtinType.GTIN_13) {
      books(text.substring(1), gtin.value(), forms);
    }
    forms.put("digitalLink", digitalLink(gtin));
    return forms;
  }

  /** The GS1 Digital Link URI of a number alone (GS1 Digital Link, "URI Syntax"). */
  public static String digitalLink(Gtin gtin) {
    return "https://id.gs1.org/01/" + gtin.text();
  }

  private static void books(String thirteen, long value, Map<String, String> forms) {
    long prefix = value / 10_000_000_000L;
    if (value / 1_000_000_000L == MUSICLAND) {
      forms.put("ismn", thirteen);
    } else if (prefix == BOOKLAND || prefix == 979) {
      forms.put("isbn13", thirteen);
      if (prefix == BOOKLAND) {
        String body = thirteen.substring(3, 12);
        forms.put("isbn10", body + Mod11.check(body));
      }
    } else if (prefix == SERIALS) {
      String body = thirteen.substring(3, 10);
      forms.put("issn", body.substring(0, 4) + "-" + body.substring(4) + Mod11.check(body));
    }
  }

  /** The nine cases that can contain an item: one for each indicator; none for what is a case. */
  public static List<Gtin> cases(Gtin gtin) {
    List<Gtin> cases = new ArrayList<>();
    if (gtin.type() != GtinType.GTIN_14) {
      for (long indicator = 1; indicator <= 9; indicator++) {
        long body = indicator * 1_000_000_000_000L + gtin.value() / 10;
        cases.add(Gtin.ofBody(body));
      }
    }
    return cases;
  }

  /**
   * The item that a GTIN-14 with an indicator contains (GS1 General Specifications, "Identification
   * of trade item groupings"): a link, since a case is another item than what is in it.
   */
  public static Optional<Gtin> contained(Gtin gtin) {
    if (gtin.type() != GtinType.GTIN_14) {
      return Optional.empty();
    }
    long body = gtin.value() / 10 % 1_000_000_000_000L;
    return body == 0 ? Optional.empty() : Optional.of(Gtin.ofBody(body));
  }
}
