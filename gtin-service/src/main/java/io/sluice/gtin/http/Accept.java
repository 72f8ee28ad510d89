package io.sluice.gtin.http;

import io.sluice.gtin.gtin.As;
import io.sluice.gtin.gtin.GtinReader;
import io.sluice.gtin.gtin.Reading;
import java.util.Optional;

/** Which codes the service knows. */
public enum Accept {
  /** Every form. */
  ALL,
  /**
   * Twelve digits only, as the service was before it learnt the others: anything else is simply not
   * found.
   */
  GTIN_12;

  /** The option's value that this is, such as {@code gtin-12}. */
  public static Optional<Accept> find(String text) {
    return switch (text) {
      case "all" -> Optional.of(ALL);
      case "gtin-12" -> Optional.of(GTIN_12);
      default -> Optional.empty();
    };
  }

  /**
   * What the code is; empty when this service does not know such codes.
   *
   * @param as in which forms the client says that it comes
   */
  Optional<Reading> read(String code, As as) {
    if (this == GTIN_12 && !isTwelveDigits(code)) {
      return Optional.empty();
    }
    Reading reading = GtinReader.read(code, as);
    return this == GTIN_12 && !(reading instanceof Reading.One)
        ? Optional.empty()
        : Optional.of(reading);
  }

  private static boolean isTwelveDigits(String code) {
    return code.length() == 12 && code.chars().allMatch(c -> c >= '0' && c <= '9');
  }
}
