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
  private static final Pattern NUMBER = Pattern.compile("[0-9]{12,14}");
  private static final Pattern PACKED = Pattern.compile("[A-Za-z0-9_-]{10,}");
  private static final Pattern GS1 = Pattern.compile("(?i)https?://id\\.gs1\\.org/.*");

  private DigitalLink() {}

  /** Reads the number of the rightmost key 01, which is the item's. */
  static Reading read(String text, List<Reading.Step> steps) {
    String path = path(text);
    List<String> segments = new ArrayList<>();
    for (String segment : path.split("/", -1)) {
      String decoded = decoded(segment);
      if (decoded == null) {
        return Refusal.MALFORMED.because(
            "found \"" + segment + "\", expected percent-encoded UTF-8 without control characters");
      }
      segments.add(decoded);
    }
    for (int i = segments.size() - 2; i >= 0; i--) {
      String key = segments.get(i);
      String value = segments.get(i + 1);
      boolean old = key.equals("gtin");
      if ((key.equals("01") || old) && NUMBER.matcher(value).matches()) {
        List<Reading.Step> more =
            NumberReader.with(steps, "link-resolved", "the number is that of key 01 in the link");
        if (old || value.length() < 14) {
          more =
              NumberReader.with(
                  more, "old-syntax", "links have /01/ and 14 digits since version 1.4");
        }
        return NumberReader.asItIs(value, Form.DIGITAL_LINK, more);
      }
    }
    String last =
        segments.getLast().isEmpty() && segments.size() > 1
            ? segments.get(segments.size() - 2)
            : segments.getLast();
    return unpacked(last, GS1.matcher(text).lookingAt(), steps).orElseGet(() -> none(text));
  }

  private static Reading none(String text) {
    return Refusal.NOT_AN_ITEM.because(
        "found the address "
            + (text.length() > 80 ? text.substring(0, 80) + "…" : text)
            + ", expected one with /01/ and a GTIN");
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
    if (value == 0 || Gtin.checkDigit(value / 10) != value % 10) {
      return Optional.empty();
    }
    return Optional.of(
        NumberReader.asItIs(
            String.format("%014d", value),
            Form.DIGITAL_LINK,
            NumberReader.with(steps, "link-decompressed", "the number was packed into the link")));
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
  private static @Nullable String decoded(String segment) {
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
