import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * Routes in etcd, over its JSON gateway.
 *
 * <p>{@code java Changes.java fill ETCD FRONTENDS LISTENER SERVER} writes a tree. {@code java
 * Changes.java change ETCD FRONTENDS LISTENER RATE STOP} then changes so many routes a second, one
 * after the other and never the one in the middle, until the file STOP is there; each is asked for
 * until it is served. Prints for each how long it took from the put to the first answer, in
 * microseconds, a line each. {@code java Changes.java write …} writes and asks as often, but keys that nobody
 * follows: what the writing itself does to the machine.
 */
public class Changes {
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private static final int KEYS_IN_ONE = 100;
  private static final String FOLLOWED = "/vulcand/";

  /** How long a change usually takes: so long is also asked for what nobody follows. */
  private static final long USUAL_NANOS = 10_000_000;

  /** The first changes find this program cold. */
  private static final int UNCOUNTED = 5;

  public static void main(String[] arguments) throws IOException, InterruptedException {
    String etcd = arguments[1];
    int frontends = Integer.parseInt(arguments[2]);
    int listener = Integer.parseInt(arguments[3]);
    if (arguments[0].equals("fill")) {
      fill(etcd, frontends, listener, Integer.parseInt(arguments[4]));
    } else {
      String prefix = arguments[0].equals("write") ? "/followed-by-nobody/" : FOLLOWED;
      change(etcd, prefix, frontends, listener, Double.parseDouble(arguments[4]), Path.of(arguments[5]));
    }
  }

  private static void fill(String etcd, int frontends, int listener, int server)
      throws IOException, InterruptedException {
    List<String> puts = new ArrayList<>();
    puts.add(
        put(
            FOLLOWED,
            "listeners/l",
            "{\"Protocol\":\"http\",\"Address\":{\"Address\":\"127.0.0.1:" + listener + "\"}}"));
    puts.add(put(FOLLOWED, "backends/b/backend", "{\"Type\":\"http\"}"));
    puts.add(put(FOLLOWED, "backends/b/servers/s", "{\"URL\":\"http://127.0.0.1:" + server + "\"}"));
    for (int i = 1; i <= frontends; i++) {
      puts.add(frontend(FOLLOWED, i, "/items/" + i + "/<id>"));
    }
    for (int from = 0; from < puts.size(); from += KEYS_IN_ONE) {
      List<String> some = puts.subList(from, Math.min(puts.size(), from + KEYS_IN_ONE));
      StringBuilder all = new StringBuilder();
      for (String each : some) {
        all.append(all.isEmpty() ? "" : ",").append("{\"requestPut\":").append(each).append('}');
      }
      post(etcd + "/v3/kv/txn", "{\"success\":[" + all + "]}");
    }
  }

  private static void change(
      String etcd, String prefix, int frontends, int listener, double rate, Path stop)
      throws IOException, InterruptedException {
    List<Long> micros = new ArrayList<>();
    long begin = System.nanoTime();
    try (Socket socket = new Socket("127.0.0.1", listener)) {
      socket.setTcpNoDelay(true);
      for (int n = 1; !Files.exists(stop); n++) {
        int i = n % frontends + 1;
        if (i == (frontends + 1) / 2) {
          continue;
        }
        // Another one each time this program runs, or nothing would change.
        String changed = "/changed/" + ProcessHandle.current().pid() + "/" + n;
        long put = System.nanoTime();
        post(etcd + "/v3/kv/put", frontend(prefix, i, changed + "/<id>"));
        long usual = put + USUAL_NANOS;
        while (!serves(socket, changed + "/x")
            && (prefix.equals(FOLLOWED) || System.nanoTime() < usual)) {
          Thread.sleep(1);
        }
        if (n > UNCOUNTED) {
          micros.add((System.nanoTime() - put) / 1_000);
        }
        long next = begin + (long) (n / rate * 1e9);
        Thread.sleep(Math.max(0, (next - System.nanoTime()) / 1_000_000));
      }
    }
    micros.forEach(System.out::println);
  }

  private static boolean serves(Socket socket, String path) throws IOException {
    socket
        .getOutputStream()
        .write(("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
    byte[] answer = new byte[64 * 1024];
    int got = 0;
    while (true) {
      int more = socket.getInputStream().read(answer, got, answer.length - got);
      if (more < 0) {
        throw new IOException("the gateway closed the connection");
      }
      got += more;
      String text = new String(answer, 0, got, StandardCharsets.ISO_8859_1);
      int end = text.indexOf("\r\n\r\n");
      int at = text.toLowerCase().indexOf("content-length:");
      if (end > 0
          && got - end - 4 >= Integer.parseInt(text.substring(at + 15, text.indexOf('\r', at)).strip())) {
        return text.startsWith("HTTP/1.1 200");
      }
    }
  }

  private static String frontend(String prefix, int i, String path) {
    return put(
        prefix,
        "frontends/f" + i + "/frontend",
        "{\"Type\":\"http\",\"BackendId\":\"b\",\"Route\":\"Path(`" + path + "`)\"}");
  }

  private static String put(String prefix, String key, String value) {
    return "{\"key\":\"" + base64(prefix + key) + "\",\"value\":\"" + base64(value) + "\"}";
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static void post(String url, String json) throws IOException, InterruptedException {
    HttpResponse<String> answer =
        HTTP.send(
            HttpRequest.newBuilder(URI.create(url))
                .POST(HttpRequest.BodyPublishers.ofString(json))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() != 200) {
      throw new IOException("etcd: " + answer.statusCode() + " " + answer.body());
    }
  }
}
