package io.sluice.gateway.fleet;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sluice.gateway.store.AdminLogin;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Asks the admin APIs of gateways. One thread. */
public final class AdminApi {
  private static final Duration ASK = Duration.ofSeconds(3);
  private static final Duration SIGN_OF_LIFE = Duration.ofSeconds(15);
  private static final JsonMapper JSON = new JsonMapper();

  private final AdminLogin login;
  private @Nullable HttpClient http;

  /** A gateway's admin API did not answer; one that was killed is in the fleet for seconds more. */
  public static final class SilentException extends IOException {
    private static final long serialVersionUID = 1;

    SilentException(String message, Throwable cause) {
      super(message, cause);
    }

    @Override
    public String getMessage() {
      return String.valueOf(super.getMessage());
    }
  }

  /** What it answered. */
  public record Answer(int status, String body) {}

  public AdminApi(AdminLogin login) {
    this.login = login;
  }

  /**
   * The JSON at a path.
   *
   * @param who the gateway, for people
   * @param admin host and port, or a URL
   * @throws SilentException when it does not answer, or not with 200 and JSON
   */
  public JsonNode json(String who, String admin, String path)
      throws SilentException, InterruptedException {
    try {
      return JSON.readTree(get(who, admin, path));
    } catch (JsonProcessingException notJson) {
      throw new SilentException(who + " answered no JSON", notJson);
    }
  }

  /**
   * The text at a path.
   *
   * @throws SilentException when it does not answer, or not with 200
   */
  public String get(String who, String admin, String path)
      throws SilentException, InterruptedException {
    Answer answer = ask(who, uri(admin, path), HttpRequest.newBuilder());
    if (answer.status() != 200) {
      throw silent(
          who,
          uri(admin, path),
          new IOException("found status " + answer.status() + ", expected 200"));
    }
    return answer.body();
  }

  /**
   * The line of an exchange in the access log.
   *
   * @return null where there is none
   * @throws SilentException when it does not answer
   */
  public @Nullable JsonNode exchange(String who, String admin, String requestId)
      throws SilentException, InterruptedException {
    String path =
        "/requests/" + URLEncoder.encode(requestId, StandardCharsets.UTF_8).replace("+", "%20");
    Answer answer = ask(who, uri(admin, path), HttpRequest.newBuilder());
    try {
      if (answer.status() == 404) {
        return null;
      }
      if (answer.status() != 200) {
        throw new IOException("found status " + answer.status() + ", expected 200");
      }
      return JSON.readTree(answer.body());
    } catch (IOException unusable) {
      throw silent(who, uri(admin, path), unusable);
    }
  }

  /**
   * Sends an empty JSON object to a path.
   *
   * @throws SilentException when it does not answer
   */
  public Answer post(String who, String admin, String path)
      throws SilentException, InterruptedException {
    return ask(
        who,
        uri(admin, path),
        HttpRequest.newBuilder()
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString("{}")));
  }

  /**
   * The lines at a path, as they come, until whoever gets them has enough or the gateway ends.
   *
   * @param each is given a line and says whether it wants more
   * @throws SilentException when it does not answer, or not with 200
   */
  public void lines(String who, String admin, String path, Predicate<String> each)
      throws SilentException, InterruptedException {
    URI uri = uri(admin, path);
    try {
      HttpResponse<Stream<String>> response =
          client(uri)
              .send(request(uri, HttpRequest.newBuilder()), HttpResponse.BodyHandlers.ofLines());
      AtomicLong heard = new AtomicLong(System.nanoTime());
      Thread watching = watch(heard, response.body());
      try (Stream<String> lines = response.body()) {
        if (response.statusCode() != 200) {
          throw new IOException(
              "found status " + response.statusCode() + ": " + lines.findFirst().orElse(""));
        }
        Iterator<String> all = lines.iterator();
        while (all.hasNext()) {
          heard.set(System.nanoTime());
          if (!each.test(all.next())) {
            return;
          }
        }
      } finally {
        watching.interrupt();
      }
    } catch (UncheckedIOException | IllegalStateException ended) {
      throw silent(who, uri, new IOException("it ended, or has gone silent", ended));
    } catch (IOException failed) {
      throw silent(who, uri, failed);
    }
  }

  /** Closes lines of which none has come for long: a machine that is gone does not say so. */
  private static Thread watch(AtomicLong heard, Stream<String> lines) {
    return Thread.ofVirtual()
        .start(
            () -> {
              try {
                while (System.nanoTime() - heard.get() < SIGN_OF_LIFE.toNanos()) {
                  TimeUnit.SECONDS.sleep(1);
                }
                lines.close();
              } catch (InterruptedException ended) {
                Thread.currentThread().interrupt();
              }
            });
  }

  private static URI uri(String admin, String path) {
    return URI.create((admin.contains("://") ? admin : "http://" + admin) + path);
  }

  private Answer ask(String who, URI uri, HttpRequest.Builder request)
      throws SilentException, InterruptedException {
    try {
      HttpResponse<String> response =
          client(uri)
              .send(request(uri, request.timeout(ASK)), HttpResponse.BodyHandlers.ofString());
      return new Answer(response.statusCode(), response.body());
    } catch (IOException failed) {
      throw silent(who, uri, failed);
    }
  }

  private HttpClient client(URI uri) throws IOException {
    if (!"https".equals(uri.getScheme()) && login.wantsTls()) {
      throw new IOException("found no TLS, expected it since --admin-ca or --admin-cert is given");
    }
    if (http == null) {
      http = login.client(ASK);
    }
    return http;
  }

  private HttpRequest request(URI uri, HttpRequest.Builder request) {
    if (!login.token().isEmpty()) {
      request.header("Authorization", "Bearer " + login.token());
    }
    return request.uri(uri).build();
  }

  private static SilentException silent(String who, URI uri, IOException failed) {
    return new SilentException(
        who
            + " was asked at "
            + uri
            + ": "
            + (failed.getMessage() == null ? "no connection" : failed.getMessage()),
        failed);
  }
}
