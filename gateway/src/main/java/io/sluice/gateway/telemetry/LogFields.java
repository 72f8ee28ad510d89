package io.sluice.gateway.telemetry;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** What a line of the access log has, by the names that it has in JSON. */
public final class LogFields {
  private static final DateTimeFormatter APACHE =
      DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss Z", Locale.ROOT).withZone(ZoneOffset.UTC);

  private static final String MILLIS = "_ms";

  /** Those that are numbers; what ends in {@code _ms} is in milliseconds. */
  public static final Map<String, ToDoubleFunction<AccessEntry>> NUMBERS = numbers();

  /** The others. */
  public static final Map<String, Function<AccessEntry, String>> TEXTS = texts();

  private LogFields() {}

  private static Map<String, ToDoubleFunction<AccessEntry>> numbers() {
    Map<String, ToDoubleFunction<AccessEntry>> fields = new LinkedHashMap<>();
    fields.put("status", AccessEntry::status);
    fields.put("bytes_in", AccessEntry::bytesIn);
    fields.put("bytes_out", AccessEntry::bytesOut);
    fields.put("duration_ms", entry -> entry.durationNanos() / 1e6);
    fields.put("upstream_ms", entry -> entry.upstreamNanos() / 1e6);
    fields.put("attempts", AccessEntry::attempts);
    fields.put("revision", AccessEntry::revision);
    return Collections.unmodifiableMap(fields);
  }

  private static Map<String, Function<AccessEntry, String>> texts() {
    Map<String, Function<AccessEntry, String>> fields = new LinkedHashMap<>();
    fields.put("time", entry -> Instant.ofEpochMilli(entry.epochMillis()).toString());
    fields.put("apache_time", entry -> APACHE.format(Instant.ofEpochMilli(entry.epochMillis())));
    fields.put("client", AccessEntry::client);
    fields.put("listener", AccessEntry::listener);
    fields.put("frontend", AccessEntry::frontend);
    fields.put("backend", AccessEntry::backend);
    fields.put("endpoint", AccessEntry::endpoint);
    fields.put("method", AccessEntry::method);
    fields.put("host", AccessEntry::host);
    fields.put("path", AccessEntry::path);
    fields.put("protocol", AccessEntry::protocol);
    fields.put("reason", AccessEntry::reason);
    fields.put("request_id", AccessEntry::requestId);
    fields.put("user_agent", AccessEntry::userAgent);
    fields.put("referer", AccessEntry::referer);
    fields.put("tls", AccessEntry::tls);
    fields.put("user", AccessEntry::user);
    fields.put("stage", AccessEntry::stage);
    fields.put("trace_id", AccessEntry::traceId);
    return Collections.unmodifiableMap(fields);
  }

  /** Their names. */
  static SortedSet<String> names() {
    SortedSet<String> names = new TreeSet<>(NUMBERS.keySet());
    names.addAll(TEXTS.keySet());
    return names;
  }

  /** What writes a field; null where there is none of this name. */
  static @Nullable Function<AccessEntry, String> written(String name) {
    ToDoubleFunction<AccessEntry> number = NUMBERS.get(name);
    if (number == null) {
      return TEXTS.get(name);
    }
    return name.endsWith(MILLIS)
        ? entry -> String.format(Locale.ROOT, "%.3f", number.applyAsDouble(entry))
        : entry -> Long.toString((long) number.applyAsDouble(entry));
  }
}
