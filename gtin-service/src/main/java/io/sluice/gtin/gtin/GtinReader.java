package io.sluice.gtin.gtin;

import static java.util.stream.Collectors.joining;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads a GTIN liberally and never recklessly, in whatever form it comes: digits with separators or
 * without their zeros, book and serial numbers, element strings as scanners send them, GS1 Digital
 * Links. Each repair is reported; digits are never picked out of other text, other scripts' digits
 * are no digits, and where two readings are possible none is chosen in silence.
 *
 * <p>The only way from a text to a number: single requests, batches, imports, writes and the
 * command line all come through here.
 */
public final class GtinReader {
  private static final int MOST_CHARACTERS = 2_048;
  private static final Pattern ROUNDED = Pattern.compile("[0-9]+([.,][0-9]+)?[eE]\\+?[0-9]{1,3}");
  private static final Pattern LINK = Pattern.compile("(?i)https?://.*");

  private GtinReader() {}

  /** What the text is. */
  public static Reading read(String text) {
    return read(text, null);
  }

  /**
   * What the text is, where it is known in which form it comes.
   *
   * @param as decides between several readings, and refuses what is none of them; null where it is
   *     not known
   */
  public static Reading read(String text, @Nullable Form as) {
    long plain = PlainNumber.read(text);
    Reading reading =
        plain == PlainNumber.NONE
            ? readCarefully(text)
            : new Reading.One(new Gtin(plain), Form.ofDigits(text.length()), List.of());
    return as == null ? reading : inForm(reading, as);
  }

  private static Reading inForm(Reading reading, Form as) {
    return switch (reading) {
      case Reading.Refused refused -> refused;
      case Reading.One one -> inForm(List.of(one), as);
      case Reading.Several several -> inForm(several.candidates(), as);
    };
  }

  private static Reading inForm(List<Reading.One> candidates, Form as) {
    for (Reading.One candidate : candidates) {
      if (candidate.form() == as) {
        return candidate;
      }
    }
    String found = candidates.stream().map(each -> each.form().text()).collect(joining(" or "));
    return Refusal.OTHER_FORM.because("found " + found + ", expected " + as.text());
  }

  private static Reading readCarefully(String text) {
    if (text.length() > MOST_CHARACTERS) {
      return Refusal.LENGTH.because(
          "found " + text.length() + " characters, expected at most " + MOST_CHARACTERS);
    }
    String inside = withoutNoise(text);
    if (inside.isEmpty()) {
      return Refusal.EMPTY.because("found nothing, expected 8, 12, 13 or 14 digits");
    }
    List<Reading.Step> steps = new ArrayList<>();
    if (inside.length() != text.length()) {
      steps.add(
          new Reading.Step("trimmed", "white space and control characters around it were removed"));
    }
    if (inside.charAt(0) == ']') {
      return Symbology.read(inside, steps);
    }
    if (ElementString.isOne(inside)) {
      return ElementString.read(inside, steps);
    }
    if (LINK.matcher(inside).matches() || inside.startsWith("/01/")) {
      return DigitalLink.read(inside, steps);
    }
    if (ROUNDED.matcher(inside).matches()) {
      return Refusal.PRECISION_LOST.because(
          "found "
              + inside
              + ", a number that a spreadsheet has rounded, expected all of its digits");
    }
    return NumberReader.read(inside, steps);
  }

  /**
   * What scanners and files put around a code: blanks, line ends, STX and ETX, a byte order mark.
   */
  private static String withoutNoise(String text) {
    int start = 0;
    int end = text.length();
    while (start < end && isNoise(text.charAt(start))) {
      start++;
    }
    while (end > start && isNoise(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(start, end);
  }

  private static boolean isNoise(char c) {
    boolean control = c < ' ' && c != ElementString.FNC1;
    return control || c == 0x7f || c == '\ufeff' || Character.isSpaceChar(c);
  }
}
