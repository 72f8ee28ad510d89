package io.sluice.gateway.middleware;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * What stages ask of other services, beside the event loops: so many at a time, each within its
 * time. Any thread.
 */
final class Calls {
  private static final Duration CONNECT = Duration.ofSeconds(5);

  /** Made when the first call is: most gateways make none. */
  private static final class Client {
    private static final HttpClient HTTP =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT)
            .followRedirects(HttpClient.Redirect.NEVER)
            .executor(
                task -> {
                  Thread.ofVirtual().start(task);
                })
            .build();
  }

  /** There are as many under way as may be. */
  static final class BusyException extends Exception {
    private static final long serialVersionUID = 1;

    BusyException(int most) {
      super(most + " calls are under way", null, false, false);
    }
  }

  private final int most;
  private final Semaphore places;

  /**
   * @param most at a time
   */
  Calls(int most) {
    this.most = most;
    this.places = new Semaphore(most);
  }

  static HttpRequest.Builder to(String url, Duration atMost) {
    return HttpRequest.newBuilder(URI.create(url)).timeout(atMost);
  }

  /**
   * Calls once; fails when it cannot, within the request's time, body included.
   *
   * @param mostBytes of the answer's body; what is more is a failure
   */
  CompletableFuture<HttpResponse<byte[]>> call(HttpRequest request, long mostBytes) {
    if (!places.tryAcquire()) {
      return CompletableFuture.failedFuture(new BusyException(most));
    }
    var sent =
        Client.HTTP.sendAsync(
            request,
            HttpResponse.BodyHandlers.limiting(HttpResponse.BodyHandlers.ofByteArray(), mostBytes));
    return sent.copy()
        .orTimeout(request.timeout().orElse(CONNECT).toMillis() + 1, TimeUnit.MILLISECONDS)
        .whenComplete(
            (response, failure) -> {
              places.release();
              if (failure != null) {
                sent.cancel(true);
              }
            });
  }
}
