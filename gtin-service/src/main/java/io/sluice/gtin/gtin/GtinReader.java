package io.sluice.gtin.gtin;

import static java.util.stream.Collectors.joining;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;

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
  private static final Pattern LINK = Pattern.compile("(?i)https?://.*");

  private GtinReader() {}

  /** What the text is. */
  public static Reading read(String text) {
    return read(text, As.ANYTHING);
  }

  /**
   * What the text is, where it may be known in which form it comes.
   *
   * @param as decides between several readings, and refuses what is none of them
   */
  public static Reading read(String text, As as) {
    long plain = PlainNumber.read(text);
    Reading reading =
        plain == PlainNumber.NONE
            ? readCarefully(text, as)
            : new Reading.One(new Gtin(plain), Form.ofDigits(text.length()), List.of());
    return as.forms().isEmpty()
        ? reading
        : only(one -> as.allows(one.form()), reading, () -> as.text());
  }

  /** Those readings that are what was expected. */
  private static Reading only(
      Predicate<Reading.One> fits, Reading reading, Supplier<String> expected) {
    List<Reading.One> found =
        switch (reading) {
          case Reading.Refused _ -> List.of();
          case Reading.One one -> List.of(one);
          case Reading.Several several -> several.candidates();
        };
    if (found.isEmpty()) {
      return reading;
    }
    List<Reading.One> left = found.stream().filter(fits).toList();
    return switch (left.size()) {
      case 0 ->
          Refusal.OTHER_FORM.because(
              "found "
                  + found.stream().map(each -> each.form().text()).collect(joining(" or "))
                  + ", expected "
                  + expected.get());
      case 1 -> left.getFirst();
      default -> new Reading.Several(left);
    };
  }

  private static Reading readCarefully(String text, As as) {
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
          new Reading.Step(
              "trimmed",
              "white space and control characters around it were removed",
              Confidence.CERTAIN));
    }
    if (inside.charAt(0) == ']') {
      return Symbology.read(inside, steps, as);
    }
    if (ElementString.isOne(inside)) {
      return ElementString.read(inside, steps);
    }
    if (LINK.matcher(inside).matches() || inside.startsWith("/01/")) {
      return DigitalLink.read(inside, steps);
    }
    return SystemName.of(inside)
        .map(name -> named(name, steps, as))
        .orElseGet(() -> number(inside, steps, as));
  }

  /** A number behind the name of its system. */
  private static Reading named(SystemName name, List<Reading.Step> steps, As as) {
    List<Reading.Step> more =
        NumberReader.with(
            steps, "name-removed", name.text() + " says what the number is", Confidence.CERTAIN);
    Set<Form> said = new HashSet<>(as.forms());
    said.addAll(name.evidence().forms());
    Reading reading = number(name.rest(), more, new As(said));
    Reading left = only(name.fits(), reading, name::text);
    // That a name rules others out does not make a guess better.
    return left instanceof Reading.One one && one.confidence() == Confidence.GUESSED
        ? NumberReader.lacksDigits(name.rest())
        : left;
  }

  private static Reading number(String text, List<Reading.Step> steps, As as) {
    return switch (SpreadsheetMarks.remove(text, steps).orElse(null)) {
      case null -> NumberReader.read(text, steps, as);
      case SpreadsheetMarks.Unmarked.Lost lost -> lost.refused();
      case SpreadsheetMarks.Unmarked.Rest rest when rest.text().isBlank() ->
          Refusal.EMPTY.because("found " + text + ", expected a number in it");
      case SpreadsheetMarks.Unmarked.Rest rest ->
          NumberReader.read(rest.text().strip(), rest.steps(), as);
    };
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
