package io.sluice.gtin.gtin;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A web address that carries a GTIN: {@code https://id.gs1.org/01/09521234543213/10/A1} (GS1
 * Digital Link, "URI Syntax"), or one whose elements are packed into its last segment
 * ("Compression"), whole or but for the number.
 */
final class DigitalLink {
  private static final Pattern PACKED = Pattern.compile("[A-Za-z0-9_-]{10,}");
  private static final Pattern GS1 = Pattern.compile("(?i)https?://id\\.gs1\\.org/.*");

  private DigitalLink() {}

  /** A number behind key 01 (or its old name). */
  private record Keyed(String digits, boolean old) {
    boolean isGood() {
      return Gtin.isGood(Long.parseLong(digits));
    }
  }

  /**
   * Reads the number of the rightmost key 01, which is the item's. What stands to its left or in
   * the query may look like a key; where it is one with a good number, it is the same number.
   */
  static Reading read(String text, List<Reading.Step> steps) {
    List<String> segments = new ArrayList<>();
    for (String segment : path(text).split("/", -1)) {
      String decoded = decoded(segment);
      if (decoded == null) {
        return Refusal.MALFORMED.because(
            "found \"" + segment + "\", expected percent-encoded UTF-8 without control characters");
      }
      segments.add(decoded);
    }
    List<Keyed> keyed = keyed(segments);
    String last =
        segments.getLast().isEmpty() && segments.size() > 1
            ? segments.get(segments.size() - 2)
            : segments.getLast();
    Reading reading =
        keyed.isEmpty()
            ? unpacked(last, GS1.matcher(text).lookingAt(), steps).orElseGet(() -> none(text))
            : read(keyed.getFirst(), steps);
    if (reading instanceof Reading.One one) {
      List<Keyed> all = new ArrayList<>(keyed);
      all.addAll(keyedInQuery(text));
      for (Keyed other : all) {
        if (other.isGood() && Long.parseLong(other.digits) != one.gtin().value()) {
          return Refusal.SEVERAL_ITEMS.because(
              "found the numbers "
                  + one.gtin().text()
                  + " and "
                  + other.digits
                  + ", expected that of one item");
        }
      }
    }
    return reading;
  }

  private static Reading read(Keyed keyed, List<Reading.Step> steps) {
    List<Reading.Step> more =
        NumberReader.with(
            steps, "link-resolved", "the number is that of key 01 in the link", Confidence.CERTAIN);
    return NumberReader.fourteen(
        keyed.digits,
        keyed.old,
        Form.DIGITAL_LINK,
        more,
        "links have /01/ and 14 digits since version 1.4");
  }

  /** From the right to the left. */
  private static List<Keyed> keyed(List<String> segments) {
    List<Keyed> keyed = new ArrayList<>();
    for (int i = segments.size() - 2; i >= 0; i--) {
      String value = segments.get(i + 1);
      boolean old = segments.get(i).equals("gtin");
      if ((segments.get(i).equals("01") || old)
          && NumberReader.ANY_LENGTH.matcher(value).matches()) {
        Keyed one = new Keyed(value, old);
        // Eight digits are as good as none with a wrong check digit, or in /2024/01/20240110.
        boolean date =
            i > 0 && isYear(segments.get(i - 1)) && value.startsWith(segments.get(i - 1));
        if (value.length() > 8 || (one.isGood() && !date)) {
          keyed.add(one);
        }
      }
    }
    return keyed;
  }

  private static boolean isYear(String segment) {
    return segment.matches("[0-9]{4}");
  }

  private static List<Keyed> keyedInQuery(String text) {
    List<Keyed> keyed = new ArrayList<>();
    int end = text.indexOf('#');
    int start = text.indexOf('?');
    if (start >= 0 && (end < 0 || start < end)) {
      for (String pair :
          text.substring(start + 1, end < 0 ? text.length() : end).split("[&;]", -1)) {
        int equals = pair.indexOf('=');
        String key = String.valueOf(decoded(equals < 0 ? pair : pair.substring(0, equals)));
        String value = decoded(pair.substring(equals + 1));
        boolean old = key.equals("gtin");
        if ((old || key.equals("01"))
            && value != null
            && NumberReader.ANY_LENGTH.matcher(value).matches()) {
          keyed.add(new Keyed(value, old));
        }
      }
    }
    return keyed;
  }

  private static Reading none(String text) {
    return Refusal.NOT_AN_ITEM.because(
        "found the address " + Quoted.of(text) + ", expected one with /01/ and a GTIN");
  }

  /**
   * The number of a packed segment. Any long word could be taken for one, so all of it must be
   * understood and the check digit be right; at the resolver of GS1 itself a good number at the
   * beginning is enough, since some packers write what follows it wrongly.
   */
  private static Optional<Reading> unpacked(
      String segment, boolean atGs1, List<Reading.Step> steps) {
    if (!PACKED.matcher(segment).matches()) {
      return Optional.empty();
    }
    OptionalLong packed = PackedLink.number(segment);
    if (packed.isEmpty() && atGs1) {
      packed = PackedLink.firstNumber(segment);
    }
    if (packed.isEmpty()) {
      return Optional.empty();
    }
    long value = packed.getAsLong();
    if (!Gtin.isGood(value)) {
      return Optional.empty();
    }
    return Optional.of(
        NumberReader.asItIs(
            String.format("%014d", value),
            Form.DIGITAL_LINK,
            NumberReader.with(
                steps,
                "link-decompressed",
                "the number was packed into the link",
                // Any long word can look like one; GS1's own resolver knows only links.
                atGs1 ? Confidence.LIKELY : Confidence.GUESSED)));
  }

  /** Without scheme, host, query and fragment. */
  private static String path(String text) {
    int end = text.length();
    for (char stop : new char[] {'#', '?'}) {
      int at = text.indexOf(stop);
      end = at >= 0 && at < end ? at : end;
    }
    int start = text.startsWith("/") ? 0 : text.indexOf('/', text.indexOf("://") + 3);
    return start < 0 || start >= end ? "" : text.substring(start, end);
  }

  /** Percent-decoded once; null for what is not UTF-8 or holds control characters. */
  static @Nullable String decoded(String segment) {
    if (segment.indexOf('%') < 0) {
      return segment;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = 0; i < segment.length(); i++) {
      char c = segment.charAt(i);
      if (c != '%') {
        bytes.writeBytes(String.valueOf(c).getBytes(StandardCharsets.UTF_8));
        continue;
      }
      if (i + 2 >= segment.length()
          || !HexFormat.isHexDigit(segment.charAt(i + 1))
          || !HexFormat.isHexDigit(segment.charAt(i + 2))) {
        return null;
      }
      bytes.write(HexFormat.fromHexDigits(segment, i + 1, i + 3));
      i += 2;
    }
    try {
      String text =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(bytes.toByteArray()))
              .toString();
      return text.chars().anyMatch(c -> c < ' ' || c == 0x7f) ? null : text;
    } catch (CharacterCodingException notText) {
      return null;
    }
  }
}
