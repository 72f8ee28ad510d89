package io.sluice.gtin.gtin;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Data elements, each behind its application identifier: {@code (01)09521234543213(10)A1} as people
 * write them, or as scanners send them, with FNC1 after those of no fixed length (GS1 General
 * Specifications, "GS1 Application Identifiers").
 *
 * <p>Only (01) is the item's own number. (02) is what a logistic unit contains, (00) the unit
 * itself, (03) a made-to-order item, (8006) a piece of one.
 */
final class ElementString {
  /** Group separator, as which FNC1 arrives. */
  static final char FNC1 = 0x1d;

  private static final Pattern PRINTED_FNC1 = Pattern.compile("<GS>|\\{GS}|\u241d|\\^");
  private static final Pattern BRACKETED = Pattern.compile("\\(([0-9]{2,4})\\)([^(]*)");
  private static final Pattern BARE = Pattern.compile("01[0-9]{14}.*");

  /** How long an element is with its identifier, by the first two digits: those of fixed length. */
  private static final Map<String, Integer> FIXED =
      Map.ofEntries(
          Map.entry("00", 20),
          Map.entry("01", 16),
          Map.entry("02", 16),
          Map.entry("03", 16),
          Map.entry("04", 18),
          Map.entry("11", 8),
          Map.entry("12", 8),
          Map.entry("13", 8),
          Map.entry("14", 8),
          Map.entry("15", 8),
          Map.entry("16", 8),
          Map.entry("17", 8),
          Map.entry("18", 8),
          Map.entry("19", 8),
          Map.entry("20", 4),
          Map.entry("31", 10),
          Map.entry("32", 10),
          Map.entry("33", 10),
          Map.entry("34", 10),
          Map.entry("35", 10),
          Map.entry("36", 10),
          Map.entry("41", 16));

  private ElementString() {}

  /**
   * Whether a text without symbology identifier is one: it begins with a bracket or FNC1, or is 01
   * and fourteen digits with the right check digit. Anything else could be a plain number.
   */
  static boolean isOne(String text) {
    if (text.charAt(0) == '(' || text.charAt(0) == FNC1 || PRINTED_FNC1.matcher(text).lookingAt()) {
      return true;
    }
    return BARE.matcher(text).matches()
        && PlainNumber.read(text.substring(2, 16)) != PlainNumber.NONE;
  }

  /** Reads the item's number out of it. */
  static Reading read(String text, List<Reading.Step> steps) {
    Map<String, String> elements = new TreeMap<>();
    Reading.Refused broken =
        text.startsWith("(") ? bracketed(text, elements) : raw(withFnc1(text), elements);
    if (broken != null) {
      return broken;
    }
    String number = elements.get("01");
    if (number == null) {
      String found = elements.keySet().stream().map(ai -> "(" + ai + ")").toList().toString();
      return Refusal.NOT_AN_ITEM.because(
          "found " + found + ", expected (01), the number of the item itself");
    }
    if (!NumberReader.ANY_LENGTH.matcher(number).matches()) {
      return Refusal.MALFORMED.because("found (01)" + number + ", expected 14 digits after (01)");
    }
    List<Reading.Step> more =
        NumberReader.with(
            steps, "element-extracted", "the number is that of element (01)", Confidence.CERTAIN);
    return NumberReader.fourteen(
        number,
        false,
        Form.ELEMENT_STRING,
        more,
        "element (01) has 14 digits, zeros were put in front");
  }

  private static Reading.@Nullable Refused bracketed(String text, Map<String, String> elements) {
    Matcher element = BRACKETED.matcher(text);
    int end = 0;
    while (element.lookingAt()) {
      end = element.end();
      if (element.group(2).isBlank()) {
        return Refusal.MALFORMED.because(
            "found nothing behind (" + element.group(1) + "), expected its value");
      }
      Reading.Refused twice = put(element.group(1), element.group(2).strip(), elements);
      if (twice != null) {
        return twice;
      }
      element.region(end, text.length());
    }
    return end == text.length()
        ? null
        : Refusal.MALFORMED.because(
            "found \"" + text.substring(end) + "\", expected an element such as (10)A1");
  }

  private static Reading.@Nullable Refused raw(String text, Map<String, String> elements) {
    int at = 0;
    while (at < text.length()) {
      if (text.charAt(at) == FNC1) {
        at++;
        continue;
      }
      if (!isDigit(text, at) || !isDigit(text, at + 1)) {
        return Refusal.MALFORMED.because(
            "found \"" + text.substring(at) + "\", expected an application identifier");
      }
      String start = text.substring(at, at + 2);
      int identifier = identifierLength(start);
      Integer fixed = FIXED.get(start);
      int separator = text.indexOf(FNC1, at);
      int end = fixed != null ? at + fixed : separator < 0 ? text.length() : separator;
      if (end > text.length() || at + identifier >= end) {
        return Refusal.MALFORMED.because(
            "found \"" + text.substring(at) + "\", expected a whole element");
      }
      Reading.Refused twice =
          put(text.substring(at, at + identifier), text.substring(at + identifier, end), elements);
      if (twice != null) {
        return twice;
      }
      at = end;
    }
    return null;
  }

  private static Reading.@Nullable Refused put(
      String identifier, String value, Map<String, String> elements) {
    String before = elements.put(identifier, value);
    return before == null || isSame(before, value) || !identifier.equals("01")
        ? null
        : Refusal.SEVERAL_ITEMS.because(
            "found (01)" + before + " and (01)" + value + ", expected the number of one item");
  }

  /** Zeros in front make no other number. */
  private static boolean isSame(String one, String other) {
    return one.replaceFirst("^0+", "").equals(other.replaceFirst("^0+", ""));
  }

  private static boolean isDigit(String text, int at) {
    return at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9';
  }

  /** How many digits an identifier has, which its first two tell. */
  private static int identifierLength(String start) {
    return switch (start) {
      case "23", "24", "25", "40", "41", "42", "71" -> 3;
      case "31", "32", "33", "34", "35", "36", "39", "43", "70", "72", "80", "81", "82" -> 4;
      default -> 2;
    };
  }

  private static String withFnc1(String text) {
    return PRINTED_FNC1.matcher(text).replaceAll(String.valueOf(FNC1));
  }
}
