package io.sluice.gtin.gtin;

import static java.util.stream.Collectors.joining;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The forms in which a GTIN arrives. */
public enum Form {
  GTIN_8("GTIN-8"),
  GTIN_12("GTIN-12"),
  GTIN_13("GTIN-13"),
  GTIN_14("GTIN-14"),
  UPC_E("UPC-E"),
  /** The digits of a UPC-A between its first zero and its check digit, or with that zero. */
  UPC_WITHOUT_CHECK_DIGIT("UPC without its check digit"),
  ISBN_10("ISBN-10"),
  ISSN("ISSN"),
  ISMN("ISMN"),
  ELEMENT_STRING("element string"),
  DIGITAL_LINK("GS1 Digital Link");

  private final String text;

  Form(String text) {
    this.text = text;
  }

  /** As people write it. */
  public String text() {
    return text;
  }

  /** As it stands in an address: {@code upc-e}. */
  public String code() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Every code, for a message: {@code gtin-8, gtin-12, …}. */
  public static String codes() {
    return Arrays.stream(values()).map(Form::code).collect(joining(", "));
  }

  /** The form with a code. */
  public static Optional<Form> find(String code) {
    return Arrays.stream(values()).filter(form -> form.code().equals(code)).findFirst();
  }

  /** Whether it is a bare number in as many digits as its name has. */
  boolean isOfDigits() {
    return this == GTIN_8 || this == GTIN_12 || this == GTIN_13 || this == GTIN_14;
  }

  static Form ofDigits(int digits) {
    return switch (digits) {
      case 8 -> GTIN_8;
      case 12 -> GTIN_12;
      case 13 -> GTIN_13;
      case 14 -> GTIN_14;
      default -> throw new IllegalArgumentException(digits + " digits");
    };
  }
}
