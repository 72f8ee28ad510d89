package io.sluice.gtin;

import io.sluice.gtin.telemetry.RequestLog;
import io.sluice.gtin.telemetry.Spans;
import java.io.IOException;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a service tells of its requests, under the names that the gateway's options have. */
final class TelemetryOptions {
  @Option(
      names = "--access-log",
      paramLabel = "FILE|-|off",
      defaultValue = "off",
      description =
          "a line of JSON for each request, with its ids; a file is followed by its path, so that"
              + " it may be moved away (${DEFAULT-VALUE})")
  private String log = "off";

  @Option(
      names = "--otlp",
      paramLabel = "URL",
      description =
          "a collector of traces: OTLP over HTTP, at /v1/traces where the URL has no path")
  private @Nullable URI collector;

  @Option(
      names = "--trace-sample",
      paramLabel = "SHARE",
      defaultValue = "0",
      description =
          "of the requests whose traceparent does not say, the share that is recorded, 0 to 1"
              + " (${DEFAULT-VALUE})")
  private double share;

  RequestLog log() throws IOException {
    try {
      return RequestLog.to(log);
    } catch (IOException failed) {
      throw new IOException("--access-log: found no writable " + log, failed);
    }
  }

  Spans spans(String service) throws IOException {
    if (share < 0 || share > 1) {
      throw new IOException("--trace-sample: found " + share + ", expected 0 to 1");
    }
    if (collector == null) {
      return Spans.OFF;
    }
    if (collector.getHost() == null || !String.valueOf(collector.getScheme()).matches("https?")) {
      throw new IOException("--otlp: found " + collector + ", expected http://host:4318");
    }
    return Spans.to(collector, share, service);
  }
}
