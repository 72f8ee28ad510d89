import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Whether the program in this container is alive: asks {@code $HEALTH_URL}. */
public class Health {
  public static void main(String[] arguments) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(System.getenv("HEALTH_URL")))
            .timeout(Duration.ofSeconds(2))
            .build();
    int status =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .build()
            .send(request, HttpResponse.BodyHandlers.discarding())
            .statusCode();
    System.exit(status == 200 ? 0 : 1);
  }
}
