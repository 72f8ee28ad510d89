package io.sluice.gtin.http;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The forms that an item is answered in. The client's Accept chooses (RFC 9110 section 12.5.1), or
 * {@code ?format=} where an address stands for one of them.
 */
enum Representation {
  JSON("application/json"),
  /** schema.org Product. */
  JSON_LD("application/ld+json"),
  /** RFC 9264 section 4.2. */
  LINKSET("application/linkset+json"),
  /** The item's bar code. */
  SVG("image/svg+xml"),
  PNG("image/png"),
  /** For people. */
  HTML("text/html");

  private static final Pattern RANGE =
      Pattern.compile("\\s*([^\\s;/]+)/([^\\s;]+)\\s*(?:;\\s*([^,]*))?");
  private static final Pattern QUALITY =
      Pattern.compile("(?i)(?:^|;)\\s*q\\s*=\\s*(0(?:\\.[0-9]{0,3})?|1(?:\\.0{0,3})?)\\s*(?:;|$)");

  private final String type;

  Representation(String type) {
    this.type = type;
  }

  String type() {
    return type;
  }

  /** As {@code ?format=} has it: {@code json-ld}. */
  String format() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static Optional<Representation> find(String format) {
    return Arrays.stream(values()).filter(each -> each.format().equals(format)).findFirst();
  }

  /** All of them, for a message. */
  static String formats() {
    return Arrays.stream(values()).map(Representation::format).collect(Collectors.joining(", "));
  }

  static String types() {
    return Arrays.stream(values()).map(Representation::type).collect(Collectors.joining(", "));
  }

  /** A media range with its weight. */
  private record Range(String type, String subtype, double quality) {
    /** How precisely this speaks of a type; -1 for not at all. */
    int precision(String wanted) {
      String both = type + '/' + subtype;
      if (both.equals("*/*")) {
        return 0;
      }
      if (subtype.equals("*")) {
        return wanted.startsWith(type + '/') ? 1 : -1;
      }
      return both.equalsIgnoreCase(wanted) ? 2 : -1;
    }
  }

  /**
   * The one that the client likes best, the earlier of two that it likes as much; empty when it
   * takes none of them.
   */
  static Optional<Representation> of(@Nullable String accept) {
    if (accept == null || accept.isBlank() || accept.equals("*/*")) {
      return Optional.of(JSON);
    }
    List<Range> ranges = ranges(accept);
    Representation best = null;
    double bestQuality = 0;
    for (Representation each : values()) {
      double quality = quality(ranges, each.type);
      if (quality > bestQuality) {
        best = each;
        bestQuality = quality;
      }
    }
    return Optional.ofNullable(best);
  }

  /** How much a client likes a type, from 0 on. */
  static double quality(@Nullable String accept, String type) {
    return accept == null || accept.isBlank() ? 1 : quality(ranges(accept), type);
  }

  /** The most precise range that speaks of a type counts. */
  private static double quality(List<Range> ranges, String type) {
    int most = -1;
    double quality = 0;
    for (Range range : ranges) {
      int precision = range.precision(type);
      if (precision > most) {
        most = precision;
        quality = range.quality;
      }
    }
    return quality;
  }

  private static List<Range> ranges(String accept) {
    List<Range> ranges = new ArrayList<>();
    for (String part : accept.split(",", -1)) {
      Matcher range = RANGE.matcher(part);
      if (range.matches()) {
        Matcher quality = QUALITY.matcher(range.group(3) == null ? "" : range.group(3));
        ranges.add(
            new Range(
                range.group(1),
                range.group(2),
                quality.find() ? Double.parseDouble(quality.group(1)) : 1));
      }
    }
    return ranges;
  }
}
