package io.sluice.gateway.http;

import io.netty.util.AsciiString;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** The time in the form of RFC 9110 section 5.6.7, made once a second. Any thread. */
public final class HttpDate {
  private static final DateTimeFormatter IMF_FIXDATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);

  private static volatile Second last = second(0);

  private record Second(long number, AsciiString text) {}

  private HttpDate() {}

  public static AsciiString now() {
    long number = System.currentTimeMillis() / 1000;
    Second known = last;
    if (known.number != number) {
      known = second(number);
      last = known;
    }
    return known.text;
  }

  private static Second second(long number) {
    return new Second(
        number, AsciiString.cached(IMF_FIXDATE.format(Instant.ofEpochSecond(number))));
  }
}
