import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Requests at a fixed rate over HTTP/1.1 on one thread, and how long they took from the moment that
 * they were due: a proxy that stalls is charged for all that waited, not only for what was under way.
 *
 * <p>Usage: {@code java Paced.java PORT PATH CONNECTIONS RATE SECONDS WARM-UP}, of which the last is
 * so many seconds before those that are measured. In the path, {@code {item of COUNT}} stands for one
 * of so many {@link Items}, another one each time. Prints
 * "requests failures p50 p99 p99.9 longest", times in microseconds.
 */
public class Paced {
  private static final class Client {
    SocketChannel channel;
    SelectionKey key;
    final ByteBuffer in = ByteBuffer.allocateDirect(256 * 1024);
    long due;
    int wanted = -1;
    int got;
    boolean good;
  }

  public static void main(String[] arguments) throws IOException {
    int port = Integer.parseInt(arguments[0]);
    String path = arguments[1];
    int connections = Integer.parseInt(arguments[2]);
    long rate = Long.parseLong(arguments[3]);
    long seconds = Long.parseLong(arguments[4]);
    // Until this program itself is compiled.
    long warmUp = Long.parseLong(arguments[5]);
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    Matcher item = Pattern.compile("\\{item of ([0-9]+)}").matcher(path);
    long items = item.find() ? Long.parseLong(item.group(1)) : 0;
    SplittableRandom random = new SplittableRandom(1);
    ByteBuffer out = ByteBuffer.allocateDirect(512);
    put(out, path, port);
    Selector selector = Selector.open();
    ArrayDeque<Client> free = new ArrayDeque<>();
    for (int i = 0; i < connections; i++) {
      Client client = new Client();
      client.channel = connected(address);
      client.channel.configureBlocking(false);
      client.channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      client.key = client.channel.register(selector, SelectionKey.OP_READ, client);
      free.add(client);
    }
    int total = Math.toIntExact(rate * (seconds + warmUp));
    long[] micros = new long[total];
    int sent = 0;
    int done = 0;
    int measured = 0;
    int failures = 0;
    long begin = System.nanoTime();
    long warm = begin + warmUp * 1_000_000_000L;
    long giveUp = begin + (seconds + warmUp + 30) * 1_000_000_000L;
    while (done < total && System.nanoTime() < giveUp) {
      long now = System.nanoTime();
      while (sent < total && !free.isEmpty()) {
        long due = begin + sent * 1_000_000_000L / rate;
        if (due > now) {
          break;
        }
        Client client = free.poll();
        client.due = due;
        if (items > 0) {
          String number = Long.toString(Items.gtin(random.nextLong(items)));
          put(out.clear(), item.replaceFirst(number), port);
        }
        client.channel.write(out.flip());
        sent++;
      }
      // Spinning would take the processor from the origin, and a selector sleeps a millisecond at least.
      if (sent < total && !free.isEmpty() && begin + sent * 1_000_000_000L / rate <= now) {
        selector.selectNow();
      } else if (selector.selectNow() == 0) {
        LockSupport.parkNanos(30_000);
        selector.selectNow();
      }
      for (SelectionKey key : selector.selectedKeys()) {
        Client client = (Client) key.attachment();
        if (read(client)) {
          done++;
          failures += client.good ? 0 : 1;
          if (client.due >= warm) {
            micros[measured++] = (System.nanoTime() - client.due) / 1_000;
          }
          free.add(client);
        }
      }
      selector.selectedKeys().clear();
    }
    failures += total - done;
    long[] times = Arrays.copyOf(micros, measured);
    Arrays.sort(times);
    System.out.printf(
        "%d %d %d %d %d %d%n",
        done, failures, at(times, 0.5), at(times, 0.99), at(times, 0.999), at(times, 1));
  }

  private static void put(ByteBuffer out, String path, int port) {
    String request = "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\n\r\n";
    out.put(request.getBytes(StandardCharsets.US_ASCII));
  }

  private static SocketChannel connected(InetSocketAddress address) throws IOException {
    long giveUp = System.nanoTime() + 60_000_000_000L;
    while (true) {
      try {
        return SocketChannel.open(address);
      } catch (IOException notYet) {
        if (System.nanoTime() > giveUp) {
          throw notYet;
        }
        Thread.onSpinWait();
      }
    }
  }

  private static long at(long[] sorted, double quantile) {
    return sorted.length == 0 ? 0 : sorted[(int) Math.min(sorted.length - 1, sorted.length * quantile)];
  }

  /** Whether the response is complete; only ones with a Content-Length are understood. */
  private static boolean read(Client client) throws IOException {
    ByteBuffer in = client.in;
    if (client.wanted < 0) {
      if (client.channel.read(in) < 0) {
        throw new IOException("the proxy closed a connection");
      }
      int end = endOfHead(in);
      if (end < 0) {
        return false;
      }
      byte[] head = new byte[end];
      in.get(0, head);
      String text = new String(head, StandardCharsets.ISO_8859_1);
      client.good = text.startsWith("HTTP/1.1 200");
      int at = text.toLowerCase().indexOf("content-length:");
      client.wanted = Integer.parseInt(text.substring(at + 15, text.indexOf('\r', at)).strip());
      client.got = in.position() - end;
    } else {
      in.clear();
      int more = client.channel.read(in);
      if (more < 0) {
        throw new IOException("the proxy closed a connection");
      }
      client.got += more;
    }
    if (client.got < client.wanted) {
      in.clear();
      return false;
    }
    in.clear();
    client.wanted = -1;
    client.got = 0;
    return true;
  }

  private static int endOfHead(ByteBuffer in) {
    for (int i = 3; i < in.position(); i++) {
      if (in.get(i) == '\n' && in.get(i - 1) == '\r' && in.get(i - 2) == '\n') {
        return i + 1;
      }
    }
    return -1;
  }
}
