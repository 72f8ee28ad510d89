import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Clients that ask one question over and over until a file is there, then say how often it failed.
 */
public class Steady {
  public static void main(String[] arguments) throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(arguments[0])).timeout(Duration.ofSeconds(10)).build();
    int count = Integer.parseInt(arguments[1]);
    Path stop = Path.of(arguments[2]);
    AtomicLong answered = new AtomicLong();
    AtomicLong failed = new AtomicLong();
    List<Thread> clients = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      clients.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    // A client of its own is a connection of its own.
                    try (HttpClient http =
                        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
                      while (!Files.exists(stop)) {
                        try {
                          int status =
                              http.send(request, HttpResponse.BodyHandlers.discarding())
                                  .statusCode();
                          (status == 200 ? answered : failed).incrementAndGet();
                        } catch (IOException broken) {
                          failed.incrementAndGet();
                        }
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
}
