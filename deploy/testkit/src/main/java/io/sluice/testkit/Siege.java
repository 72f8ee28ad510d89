package io.sluice.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * Leads assaults against a proxy on loopback, and says what its well-behaved clients had of them.
 *
 * <p>Ten times a second a client that nobody has seen before asks for {@code /ok}, again and again
 * until it gets it, and, where there is an admin API, {@code /healthz} is asked for.
 */
public final class Siege {
  /**
   * What came of one assault.
   *
   * @param served clients that got their answer
   * @param refusals answers other than 200, and connections that ended without one, in between
   * @param slowest how long the slowest client waited for its answer, refusals included
   * @param slowestHealth the same for {@code /healthz}; nothing was refused there
   * @param peakKib the most resident memory, in KiB
   * @param afterKib resident memory when the attackers had left
   */
  public record Report(
      Assault assault,
      long served,
      long refusals,
      Duration slowest,
      Duration slowestHealth,
      long peakKib,
      long afterKib,
      long sentBytes,
      long connections) {}

  private static final Duration BETWEEN = Duration.ofMillis(100);
  private static final int PATIENCE_MILLIS = 60_000;

  /** A client that has not got its answer by then is not served at all. */
  public static final Duration PATIENCE = Duration.ofMillis(PATIENCE_MILLIS);

  private final int port;
  private final int admin;
  private final long process;
  private long served;
  private long refusals;
  private long slowestNanos;
  private long slowestHealthNanos;
  private long peakKib;

  /**
   * @param port of the proxy's listener
   * @param admin port of its admin API; 0 for none
   * @param process its id
   */
  public Siege(int port, int admin, long process) {
    this.port = port;
    this.admin = admin;
    this.process = process;
  }

  /** Leads one assault for so long. */
  public Report lead(Assault assault, Duration time) {
    return lead(assault, time, () -> {});
  }

  /**
   * The same.
   *
   * @param halfway runs in the middle of it
   */
  public Report lead(Assault assault, Duration time, Runnable halfway) {
    long middle = System.nanoTime() + time.toNanos() / 2;
    boolean[] done = {false};
    served = 0;
    refusals = 0;
    slowestNanos = 0;
    slowestHealthNanos = 0;
    peakKib = 0;
    Camp camp =
        Camp.lead(
            assault,
            port,
            time,
            () -> {
              askOnce();
              if (!done[0] && System.nanoTime() - middle > 0) {
                done[0] = true;
                halfway.run();
              }
            });
    long after = System.nanoTime() + Duration.ofSeconds(1).toNanos();
    while (System.nanoTime() - after < 0) {
      askOnce();
    }
    return new Report(
        assault,
        served,
        refusals,
        Duration.ofNanos(slowestNanos),
        Duration.ofNanos(slowestHealthNanos),
        peakKib,
        residentKib(),
        camp.sentBytes(),
        camp.connections());
  }

  private void askOnce() {
    long began = System.nanoTime();
    while (status(port, "/ok") != 200 && millisSince(began) < PATIENCE_MILLIS) {
      refusals++;
      rest(Duration.ofMillis(20));
    }
    served++;
    slowestNanos = Math.max(slowestNanos, System.nanoTime() - began);
    if (admin != 0) {
      long asked = System.nanoTime();
      while (status(admin, "/healthz") != 200 && millisSince(asked) < PATIENCE_MILLIS) {
        rest(Duration.ofMillis(20));
      }
      slowestHealthNanos = Math.max(slowestHealthNanos, System.nanoTime() - asked);
    }
    peakKib = Math.max(peakKib, residentKib());
    rest(BETWEEN);
  }

  private static long millisSince(long began) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
  }

  private static void rest(Duration time) {
    java.util.concurrent.locks.LockSupport.parkNanos(time.toNanos());
  }

  /** The status of an answer on a connection of its own; 0 where there is none. */
  private static int status(int port, String path) {
    try (Socket socket = new Socket()) {
      socket.setSoTimeout(PATIENCE_MILLIS);
      socket.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MILLIS);
      socket
          .getOutputStream()
          .write(
              ("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      String line = new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
      return line.length() == 12 ? Integer.parseInt(line.substring(9)) : 0;
    } catch (IOException | NumberFormatException none) {
      return 0;
    }
  }

  private long residentKib() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc", Long.toString(process), "status"))) {
        if (line.startsWith("VmRSS:")) {
          return Long.parseLong(line.replaceAll("[^0-9]", ""));
        }
      }
      return 0;
    } catch (IOException ended) {
      return 0;
    }
  }

  /**
   * Leads assaults one after the other and prints a row of a table for each: {@code Siege PORT
   * ADMIN-PORT|0 PROCESS SECONDS [ASSAULT…]}.
   */
  public static void main(String[] arguments) {
    Siege siege =
        new Siege(
            Integer.parseInt(arguments[0]),
            Integer.parseInt(arguments[1]),
            Long.parseLong(arguments[2]));
    Duration time = Duration.ofSeconds(Long.parseLong(arguments[3]));
    List<Assault> assaults = new ArrayList<>();
    for (int i = 4; i < arguments.length; i++) {
      assaults.add(Assault.valueOf(arguments[i].toUpperCase(Locale.ROOT)));
    }
    for (Assault assault : assaults.isEmpty() ? List.of(Assault.values()) : assaults) {
      System.out.println(row(siege.lead(assault, time)));
    }
  }

  private static String row(Report report) {
    return String.format(
        Locale.ROOT,
        "| %s | %d | %d | %d | %d | %d | %d | %.1f | %d |",
        report.assault().title(),
        report.served(),
        report.refusals(),
        report.slowest().toMillis(),
        report.slowestHealth().toMillis(),
        report.peakKib() / 1024,
        report.afterKib() / 1024,
        report.sentBytes() / 1e6,
        report.connections());
  }
}
