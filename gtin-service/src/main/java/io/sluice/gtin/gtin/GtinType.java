package io.sluice.gtin.gtin;

/** The four structures of a GTIN (GS1 General Specifications, "Global Trade Item Number"). */
public enum GtinType {
  GTIN_8("GTIN-8", 8),
  GTIN_12("GTIN-12", 12),
  GTIN_13("GTIN-13", 13),
  GTIN_14("GTIN-14", 14);

  private final String text;
  private final int digits;

  GtinType(String text, int digits) {
    this.text = text;
    this.digits = digits;
  }

  /** As GS1 writes it. */
  public String text() {
    return text;
  }

  public int digits() {
    return digits;
  }
}
