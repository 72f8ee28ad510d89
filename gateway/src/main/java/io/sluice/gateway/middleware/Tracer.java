package io.sluice.gateway.middleware;

import io.netty.util.AsciiString;
import io.sluice.gateway.config.HostName;
import io.sluice.gateway.config.Trace;
import io.sluice.gateway.http.Fields;
import io.sluice.gateway.http.HeaderName;
import io.sluice.gateway.http.ResponseHead;
import io.sluice.gateway.telemetry.JsonText;
import io.sluice.gateway.telemetry.StageMeters;
import io.sluice.gateway.wire.Syslog;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;

/** Tells a syslog of each exchange, once, when it is over. */
final class Tracer implements Stage {
  private static final long PID = ProcessHandle.current().pid();
  private static final double MILLI = 1e6;

  /** What is told of the response, from when its head was seen until the end. */
  private static final class Memo {
    private String headers = "";
    private String bodyBytes = "0";
  }

  private final Trace settings;
  private final Syslog syslog;
  private final StageMeters meters;

  Tracer(Trace settings, StageMeters meters) {
    this.settings = settings;
    this.meters = meters;
    this.syslog =
        switch (settings.transport()) {
          case UDP -> Syslog.udp(settings.host(), settings.port());
          case TCP -> Syslog.tcp(settings.host(), settings.port());
          case UNIX -> Syslog.unix(settings.path());
        };
  }

  @Override
  public Verdict onRequest(ExchangeView exchange) {
    return new Verdict.Proceed(new Memo());
  }

  @Override
  public void onResponse(ExchangeView exchange, Verdict.Proceed verdict, ResponseHead head) {
    if (verdict.memo() instanceof Memo memo) {
      memo.headers = headers(settings.responseHeaders(), head.fields());
      memo.bodyBytes = bodyBytes(head.fields());
    }
  }

  @Override
  public void onFinish(ExchangeView exchange, Verdict.Proceed verdict) {
    if (!(verdict.memo() instanceof Memo memo)) {
      return;
    }
    Fields asked = exchange.request().fields();
    StringBuilder line = new StringBuilder();
    line.append('<').append(settings.priority()).append('>');
    line.append(Instant.now().truncatedTo(ChronoUnit.SECONDS)).append(' ');
    line.append(HostName.get()).append(" pid[").append(PID).append("]: ");
    line.append(settings.prefix()).append("{\"request\":{\"method\":\"");
    JsonText.append(line, exchange.request().method());
    line.append("\",\"body_bytes\":").append(bodyBytes(asked)).append(",\"url\":\"");
    JsonText.append(line, exchange.request().target());
    line.append('"').append(headers(settings.requestHeaders(), asked));
    if (!exchange.tlsVersion().isEmpty()) {
      line.append(",\"tls\":{\"version\":\"");
      line.append(exchange.tlsVersion().toUpperCase(Locale.ROOT).replaceAll("[V.]", ""));
      line.append("\",\"server\":\"");
      JsonText.append(line, exchange.request().host());
      line.append("\"}");
    }
    line.append("},\"response\":{\"code\":").append(exchange.status());
    line.append(",\"roundtrip\":").append(exchange.elapsedNanos() / MILLI);
    line.append(memo.headers).append(",\"body_bytes\":").append(memo.bodyBytes).append("}}\n");
    if (!syslog.send(line.toString())) {
      meters.refused("trace_lost");
    }
  }

  /** What the length says; 0 where it says nothing. */
  private static String bodyBytes(Fields fields) {
    AsciiString length = fields.first(HeaderName.CONTENT_LENGTH);
    return length == null ? "0" : length.toString();
  }

  /** The member with the fields that are there, or nothing. */
  private static String headers(List<String> names, Fields fields) {
    StringBuilder json = new StringBuilder();
    for (String name : names) {
      boolean first = true;
      for (int i = 0; i < fields.count(); i++) {
        if (fields.name(i).contentEqualsIgnoreCase(name)) {
          if (first) {
            json.append(json.isEmpty() ? ",\"headers\":{" : ",")
                .append('"')
                .append(name)
                .append("\":[");
          }
          json.append(first ? "\"" : ",\"");
          JsonText.append(json, fields.value(i));
          json.append('"');
          first = false;
        }
      }
      json.append(first ? "" : "]");
    }
    return json.isEmpty() ? "" : json.append('}').toString();
  }
}
