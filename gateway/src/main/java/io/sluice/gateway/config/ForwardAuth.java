package io.sluice.gateway.config;

import java.time.Duration;
import java.util.List;

/**
 * {@code forwardauth}: a service is asked whether a request may go on.
 *
 * @param url of that service
 * @param timeout for its whole answer
 * @param requestHeaders what it is told of the request's header fields; empty for all
 * @param responseHeaders what the server is told of its answer's, and no client can
 * @param cacheFor how long its yes holds for requests that it cannot tell apart; zero for once
 */
public record ForwardAuth(
    String url,
    Duration timeout,
    List<String> requestHeaders,
    List<String> responseHeaders,
    Duration cacheFor)
    implements Middleware.Spec {
  @Override
  public String decidedBy() {
    return "what " + Shown.place(url) + " says";
  }

  static ForwardAuth read(JsonRecord json) throws JsonRecord.BadValue {
    String url = json.requiredString("URL", "the URL of the service that is asked");
    if (!Urls.isHttp(url)) {
      throw json.bad("URL", "\"" + url + "\"", "an absolute http or https URL");
    }
    ForwardAuth read =
        new ForwardAuth(
            url,
            json.duration("Timeout", Duration.ofSeconds(1)),
            json.tokens("RequestHeaders", "header names"),
            json.tokens("ResponseHeaders", "header names"),
            json.duration("CacheFor", Duration.ZERO));
    if (read.timeout.compareTo(Duration.ofMinutes(1)) > 0) {
      throw json.bad("Timeout", "more than a minute", "at most 1m");
    }
    return read;
  }
}
