import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Clients that ask one question over and over until a file is there, then say how often it failed.
 * Of several addresses each client has one of its own, and goes to another when that one is gone,
 * as a client that knows more than one gateway does.
 */
public class Steady {
  public static void main(String[] arguments) throws InterruptedException {
    List<HttpRequest> requests =
        Arrays.stream(arguments[0].split(",", -1))
            .map(url -> HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(10)).build())
            .toList();
    int count = Integer.parseInt(arguments[1]);
    Path stop = Path.of(arguments[2]);
    AtomicLong answered = new AtomicLong();
    AtomicLong failed = new AtomicLong();
    List<Thread> clients = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int home = i;
      clients.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    // A client of its own is a connection of its own.
                    try (HttpClient http =
                        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
                      while (!Files.exists(stop)) {
                        (isAnswered(http, requests, home) ? answered : failed).incrementAndGet();
                        Thread.sleep(100);
                      }
                    } catch (InterruptedException interrupted) {
                      Thread.currentThread().interrupt();
                    }
                  }));
    }
    for (Thread client : clients) {
      client.join();
    }
    System.out.println(answered.get() + " answered " + failed.get() + " failed");
  }

  private static boolean isAnswered(HttpClient http, List<HttpRequest> requests, int home)
      throws InterruptedException {
    for (int i = 0; i < requests.size(); i++) {
      try {
        HttpRequest request = requests.get((home + i) % requests.size());
        return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
      } catch (IOException broken) {
        // The next address, where there is one.
        continue;
      }
    }
    return false;
  }
}
