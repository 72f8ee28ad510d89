package io.sluice.gateway.config;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as Go writes them: {@code "250ms"}, {@code "5s"}, {@code "1m30s"}. */
public final class GoDuration {
  private static final Pattern WHOLE =
      Pattern.compile("(?:\\d+(?:\\.\\d+)?(?:ns|us|µs|ms|s|m|h))+|0");
  private static final Pattern PART = Pattern.compile("(\\d+(?:\\.\\d+)?)(ns|us|µs|ms|s|m|h)");
  private static final Map<String, Long> NANOS =
      Map.of(
          "ns",
          1L,
          "us",
          1_000L,
          "µs",
          1_000L,
          "ms",
          1_000_000L,
          "s",
          1_000_000_000L,
          "m",
          60_000_000_000L,
          "h",
          3_600_000_000_000L);

  private static final long NANOS_OF_SECOND = 1_000_000_000;

  private GoDuration() {}

  /** As Go prints one: {@code 500ms}, {@code 59.98s}, {@code 1m0s}, {@code 2h0m3s}. */
  public static String format(Duration duration) {
    long nanos = duration.toNanos();
    if (nanos == 0) {
      return "0s";
    }
    if (nanos < NANOS_OF_SECOND) {
      return decimal(nanos, NANOS_OF_SECOND / 1_000) + "ms";
    }
    StringBuilder text = new StringBuilder();
    if (duration.toHours() > 0) {
      text.append(duration.toHours()).append('h');
    }
    if (duration.toMinutes() > 0) {
      text.append(duration.toMinutesPart()).append('m');
    }
    long rest = nanos % (60 * NANOS_OF_SECOND);
    return text.append(decimal(rest, NANOS_OF_SECOND)).append('s').toString();
  }

  private static String decimal(long nanos, long unit) {
    return BigDecimal.valueOf(nanos)
        .divide(BigDecimal.valueOf(unit))
        .stripTrailingZeros()
        .toPlainString();
  }

  /**
   * Reads a duration.
   *
   * @throws IllegalArgumentException when the text is not one, or is longer than 292 years
   */
  public static Duration parse(String text) {
    if (text.length() > 64 || !WHOLE.matcher(text).matches()) {
      throw new IllegalArgumentException(text);
    }
    BigDecimal nanos = BigDecimal.ZERO;
    Matcher part = PART.matcher(text);
    while (part.find()) {
      nanos =
          nanos.add(
              new BigDecimal(part.group(1))
                  .multiply(BigDecimal.valueOf(NANOS.getOrDefault(part.group(2), 0L))));
    }
    try {
      return Duration.ofNanos(nanos.toBigInteger().longValueExact());
    } catch (ArithmeticException tooLong) {
      throw new IllegalArgumentException(text, tooLong);
    }
  }
}
