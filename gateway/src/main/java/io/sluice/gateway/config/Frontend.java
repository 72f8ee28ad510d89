package io.sluice.gateway.config;

import java.time.Duration;
import java.util.List;

/**
 * Which requests go to which backend: key {@code frontends/<id>/frontend}.
 *
 * @param split the backends and their shares
 * @param route a route expression
 * @param priority higher wins before anything else is compared
 * @param listeners the only listeners it is reachable through; empty for the default ones
 * @param maxBodyBytes the largest request body, in bytes; 0 for any
 * @param hostname what {@code X-Forwarded-Server} says; empty for none
 * @param trustForwardHeader whether the client's own forwarding headers are kept
 * @param passHostHeader whether the server sees the client's Host instead of its own name
 * @param maxMemBodyBytes how much of a request body is kept to be sent again, in bytes
 * @param failoverPredicate when another attempt is made; empty for the built-in rule
 * @param maxAttempts how many attempts there may be in all
 * @param requestTimeout for the whole exchange; zero for none
 * @param traceShare how many of its requests are recorded whose sender does not say, from 0 to 1;
 *     below 0 for what the gateway does
 */
public record Frontend(
    String id,
    Split split,
    String route,
    int priority,
    List<String> listeners,
    long maxBodyBytes,
    String hostname,
    boolean trustForwardHeader,
    boolean passHostHeader,
    int maxMemBodyBytes,
    String failoverPredicate,
    int maxAttempts,
    Duration requestTimeout,
    double traceShare) {

  private static final int MEM_BODY = 64 * 1024;
  private static final int MOST_MEM_BODY = 64 * 1024 * 1024;
  private static final int ATTEMPTS = 3;
  private static final int MOST_ATTEMPTS = 11;

  static Frontend read(String id, JsonRecord json) throws JsonRecord.BadValue {
    json.ignore("Id");
    json.ignore("Stats");
    String type = json.requiredString("Type", "\"http\"");
    if (!type.equals("http")) {
      throw json.bad("Type", "\"" + type + "\"", "\"http\"");
    }
    Split split = Split.read(json);
    String route =
        json.requiredString("Route", "a route expression such as Host(`example.com`) && Path(`/`)");
    int priority = (int) json.integer("Priority", 0, Integer.MIN_VALUE + 1, Integer.MAX_VALUE);
    List<String> listeners = json.strings("Listeners");
    JsonRecord settings = json.object("Settings");
    JsonRecord limits = settings.object("Limits");
    long maxBodyBytes = limits.integer("MaxBodyBytes", 0, 0, Long.MAX_VALUE);
    final int maxMemBodyBytes = (int) limits.integer("MaxMemBodyBytes", MEM_BODY, 0, MOST_MEM_BODY);
    limits.close();
    final String hostname = settings.string("Hostname", "");
    final boolean trustForwardHeader = settings.bool("TrustForwardHeader", false);
    final boolean passHostHeader = settings.bool("PassHostHeader", false);
    // Every body is streamed and flushed as it comes, so these two always have what they ask for.
    settings.ignore("Stream");
    settings.ignore("StreamFlushIntervalNanoSecs");
    final String failover = settings.string("FailoverPredicate", "");
    JsonRecord timeouts = settings.object("Timeouts");
    final Duration requestTimeout = timeouts.duration("Request", Duration.ZERO);
    timeouts.close();
    JsonRecord retry = settings.object("Retry");
    final int attempts = (int) retry.integer("MaxAttempts", ATTEMPTS, 1, MOST_ATTEMPTS);
    retry.close();
    JsonRecord trace = settings.object("Trace");
    final double traceShare = trace.share("Sample", -1);
    trace.close();
    settings.close();
    json.close();
    if (!hostname.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
      throw settings.bad("Hostname", "\"" + hostname + "\"", "a host name");
    }
    return new Frontend(
        id,
        split,
        route,
        priority,
        listeners,
        maxBodyBytes,
        hostname,
        trustForwardHeader,
        passHostHeader,
        maxMemBodyBytes,
        failover,
        attempts,
        requestTimeout,
        traceShare);
  }
}
