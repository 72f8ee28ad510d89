package io.sluice.gateway.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A server behind the gateway that does what a test's script says and records the heads that it
 * got.
 */
public final class Origin implements AutoCloseable {
  /** What happens on one connection. */
  public interface Script {
    void serve(Wire wire) throws IOException;
  }

  private final ServerSocket server;
  private final Script script;
  private final List<String> heads = new CopyOnWriteArrayList<>();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final AtomicInteger accepted = new AtomicInteger();

  private Origin(Script script) {
    this(0, script);
  }

  private Origin(int port, Script script) {
    try {
      this.server = new ServerSocket(port, 1024, InetAddress.getLoopbackAddress());
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    this.script = script == null ? this::echo : script;
    Thread.ofVirtual().start(this::accept);
  }

  /** One that follows a script. */
  public static Origin scripted(Script script) {
    return new Origin(script);
  }

  /** One that echoes, at this port. */
  public static Origin at(int port) {
    return new Origin(port, null);
  }

  /** One that answers every request with its own name, the method, the target and the body. */
  public static Origin named(String name) {
    return new Origin(
        wire -> {
          for (Wire.Message request = wire.message(); request != null; request = wire.message()) {
            String[] line = request.head().split(" ");
            wire.send(response(name + " " + line[0] + " " + line[1] + " " + request.body()));
          }
        });
  }

  /** One that answers every request with an error. */
  public static Origin failing() {
    return new Origin(
        wire -> {
          while (wire.message() != null) {
            wire.send("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n");
          }
        });
  }

  /** One that answers every request with the head that it got. */
  public static Origin echoing() {
    return new Origin(null);
  }

  public static String response(String body) {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
  }

  public int port() {
    return server.getLocalPort();
  }

  public String url() {
    return "http://127.0.0.1:" + port();
  }

  /** The heads of the requests that it answered, for an echoing one. */
  public List<String> heads() {
    return heads;
  }

  /** How many connections it has accepted. */
  public int accepted() {
    return accepted.get();
  }

  /** How many connections are open now. */
  public int connections() {
    return open.size();
  }

  private void echo(Wire wire) {
    for (Wire.Message request = wire.message(); request != null; request = wire.message()) {
      heads.add(request.head());
      wire.send(response(request.head() + "\n\n" + request.body() + "\n" + request.trailers()));
    }
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = server.accept();
        accepted.incrementAndGet();
        open.add(socket);
        Thread.ofVirtual().start(() -> serve(socket));
      }
    } catch (IOException closed) {
      // The end of the test.
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      script.serve(new Wire(socket));
    } catch (IOException | UncheckedIOException gone) {
      // The gateway closed it, which is what many tests look at.
    } finally {
      open.remove(socket);
    }
  }

  /** Refuses and cuts everything. */
  @Override
  public void close() {
    try {
      server.close();
      for (Socket socket : open) {
        socket.close();
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
