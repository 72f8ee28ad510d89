package io.sluice.gtin.rows;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The columns that matter, and the names that files give them. */
public enum Column {
  /** Codes; a file may have several columns for them. */
  GTIN(
      List.of(
          "gtin",
          "gtin8",
          "gtin12",
          "gtin13",
          "gtin14",
          "gtin upc",
          "gtin ean",
          "gtin upc ean or isbn",
          "ean",
          "ean8",
          "ean13",
          "ean code",
          "ean gtin",
          "upc",
          "upca",
          "upc code",
          "upc ean",
          "jan",
          "isbn",
          "isbn10",
          "isbn13",
          "barcode",
          "bar code",
          "product barcode",
          "variant barcode",
          "global trade item number"),
      List.of("code")),
  NAME(
      List.of("name", "product name", "product title", "item name", "title"),
      List.of("description", "product description")),
  BRAND(List.of("brand", "brands", "brand name", "vendor"), List.of("brand owner", "manufacturer")),
  CATEGORY(
      List.of(
          "category",
          "categories",
          "product category",
          "google product category",
          "branded food category"),
      List.of("product type", "type")),
  ATTRIBUTES(List.of("attributes"), List.of());

  private final List<String> names;
  private final List<String> weakNames;

  Column(List<String> names, List<String> weakNames) {
    this.names = names;
    this.weakNames = weakNames;
  }

  /** As an option and a parameter have it: {@code gtin}. */
  public String code() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The column with a code. */
  public static Optional<Column> find(String code) {
    return Arrays.stream(values()).filter(each -> each.code().equals(code)).findFirst();
  }

  /** All codes, for a message. */
  public static List<String> codes() {
    return Arrays.stream(values()).map(Column::code).toList();
  }

  /** Names that mean this, and nothing else, as {@link #plain} has them. */
  List<String> names() {
    return names;
  }

  /** Names that mean this where no better one is there. */
  List<String> weakNames() {
    return weakNames;
  }

  /** A name as it is compared: {@code g:product_name} and {@code Product Name} are one. */
  static String plain(String name) {
    return name.strip()
        .toLowerCase(Locale.ROOT)
        .replaceFirst("^g:", "")
        .replaceAll("[\\s_.,/#:-]+", " ")
        .replaceAll("(gtin|ean|upc|isbn) (a|8|10|12|13|14)$", "$1$2")
        .strip();
  }
}
