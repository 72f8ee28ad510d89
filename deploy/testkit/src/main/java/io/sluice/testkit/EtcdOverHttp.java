package io.sluice.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What an etcd is asked over HTTP (its documentation, "gRPC gateway"), of one that asks nobody who
 * he is: hundreds of tests ask thousands of times, and a process for each of these takes more of
 * the machine than all that is tested.
 */
final class EtcdOverHttp {
  private static final JsonMapper JSON = new JsonMapper();
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private final String url;

  EtcdOverHttp(String url) {
    this.url = url;
  }

  /** Whether it has a leader and takes writes. */
  boolean isHealthy() {
    try {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(url + "/health")).timeout(Patience.TIME).build();
      return CLIENT.send(request, HttpResponse.BodyHandlers.ofString()).statusCode() == 200;
    } catch (IOException notYet) {
      return false;
    } catch (InterruptedException interrupted) {
      throw interrupted(interrupted);
    }
  }

  void put(Map<String, String> values) {
    Stream<Map<String, ?>> puts =
        values.entrySet().stream()
            .map(
                each ->
                    Map.of(
                        "request_put",
                        Map.of("key", coded(each.getKey()), "value", coded(each.getValue()))));
    ask("kv/txn", Map.of("success", puts.toList()));
  }

  void delete(String key) {
    ask("kv/deleterange", Map.of("key", coded(key)));
  }

  /** What is at a key, or at any that begins with it; by their keys. */
  Map<String, String> get(String key, boolean beginning) {
    Map<String, String> found = new TreeMap<>();
    Map<String, String> asked =
        beginning
            ? Map.of("key", coded(key), "range_end", coded(after(key)))
            : Map.of("key", coded(key));
    for (JsonNode each : ask("kv/range", asked).path("kvs")) {
      found.put(decoded(each.path("key")), decoded(each.path("value")));
    }
    return found;
  }

  /** Forgets every revision before the newest. */
  void compact() {
    String newest = ask("maintenance/status", Map.of()).path("header").path("revision").asText();
    ask("kv/compaction", Map.of("revision", newest));
  }

  private JsonNode ask(String what, Map<String, ?> body) {
    try {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(url + "/v3/" + what))
              .timeout(Patience.TIME)
              .POST(HttpRequest.BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body)))
              .build();
      HttpResponse<byte[]> answer = CLIENT.send(request, HttpResponse.BodyHandlers.ofByteArray());
      if (answer.statusCode() != 200) {
        throw new AssertionError(
            what + " was answered with " + new String(answer.body(), StandardCharsets.UTF_8));
      }
      return JSON.readTree(answer.body());
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException interrupted) {
      throw interrupted(interrupted);
    }
  }

  private static AssertionError interrupted(InterruptedException interrupted) {
    Thread.currentThread().interrupt();
    return new AssertionError(interrupted);
  }

  private static String coded(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String decoded(JsonNode text) {
    return new String(Base64.getDecoder().decode(text.asText()), StandardCharsets.UTF_8);
  }

  /** The first key behind all that begin with this one, in ASCII. */
  private static String after(String beginning) {
    int last = beginning.length() - 1;
    return beginning.substring(0, last) + (char) (beginning.charAt(last) + 1);
  }
}
