package io.sluice.gtin.telemetry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A line of JSON for each request, with the names that the gateway's log has. A file is followed by
 * its path: one that was moved away is not written to any more. Any thread.
 */
public final class RequestLog implements AutoCloseable {
  /** Nothing is written. */
  public static final RequestLog OFF = new RequestLog(null, null);

  private static final Logger LOG = LoggerFactory.getLogger(RequestLog.class);
  private static final JsonMapper JSON = new JsonMapper();
  private static final int MOST_WAITING = 10_000;
  private static final long LOOK_MILLIS = 500;

  private final BlockingQueue<Entry> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
  private final AtomicLong lost = new AtomicLong();
  private final @Nullable Path path;
  private final @Nullable Thread thread;
  private volatile boolean closed;

  /**
   * One request.
   *
   * @param time of its end, ISO 8601
   * @param client by which address it came
   * @param route the description's path, such as {@code /v1/items/:code}
   * @param request_id of whoever sent it; empty where there is none
   * @param trace_id likewise
   * @param duration_ms from its head to the end of the response
   */
  @SuppressWarnings("MemberName") // They are the log's own names.
  public record Entry(
      String time,
      String client,
      String method,
      String target,
      String route,
      int status,
      long bytes,
      double duration_ms,
      String protocol,
      String user_agent,
      String request_id,
      String trace_id) {}

  private RequestLog(@Nullable Path path, @Nullable Writer out) {
    this.path = path;
    this.thread =
        out == null ? null : Thread.ofPlatform().name("request-log").daemon().start(() -> run(out));
  }

  /**
   * Opens one.
   *
   * @param place a file, {@code -} for the standard output, {@code off} for none
   * @throws IOException when the file cannot be written
   */
  public static RequestLog to(String place) throws IOException {
    return switch (place) {
      case "off" -> OFF;
      case "-" ->
          new RequestLog(
              null, new BufferedWriter(new OutputStreamWriter(System.out, StandardCharsets.UTF_8)));
      default -> {
        Path path = Path.of(place);
        yield new RequestLog(path, open(path));
      }
    };
  }

  private static Writer open(Path path) throws IOException {
    return Files.newBufferedWriter(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  public boolean isOn() {
    return thread != null;
  }

  /** Hands a line over, or drops it where too many wait. */
  public void add(Entry entry) {
    if (!waiting.offer(entry)) {
      lost.incrementAndGet();
    }
  }

  /** How many lines were dropped. */
  public long lost() {
    return lost.get();
  }

  private void run(Writer first) {
    Writer out = first;
    Object key = key();
    try {
      while (!closed || !waiting.isEmpty()) {
        Entry entry = waiting.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
        if (entry == null || waiting.isEmpty()) {
          Object now = key();
          if (path != null && (now == null || !now.equals(key))) {
            out.close();
            out = open(path);
            key = key();
          }
        }
        if (entry != null) {
          write(out, entry);
        }
      }
      out.flush();
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
    } catch (IOException failed) {
      LOG.warn("the request log ends here: {}", failed.getMessage());
      closed = true;
    }
  }

  private void write(Writer out, Entry entry) throws IOException {
    try {
      out.write(JSON.writeValueAsString(entry));
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
    out.write('\n');
    if (waiting.isEmpty()) {
      out.flush();
    }
  }

  /** Which file is at the path; null for none. */
  private @Nullable Object key() {
    if (path == null) {
      return null;
    }
    try {
      return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    } catch (NoSuchFileException moved) {
      return null;
    } catch (IOException unreadable) {
      LOG.debug("{} cannot be looked at", path, unreadable);
      return null;
    }
  }

  /** Writes what waits. */
  @Override
  public void close() {
    closed = true;
    if (thread != null) {
      try {
        thread.join(TimeUnit.SECONDS.toMillis(5));
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
