package io.sluice.gtin.http;

import io.sluice.gtin.gtin.Reading;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.parsetools.RecordParser;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The items of many codes: a JSON array at once, or a line for each as long as the client sends
 * some, answered in their order. No more lines are read than are answered, and none while the
 * client does not take the answers.
 */
final class LookupRoutes {
  /** Lines whose items are being looked up. */
  private static final int MOST_UNDER_WAY = 256;

  private static final int MOST_LINE_BYTES = 16 * 1024;
  private static final String LINES = "application/x-ndjson";

  private final NumberRoutes numbers;
  private final ItemRoutes items;

  LookupRoutes(NumberRoutes numbers, ItemRoutes items) {
    this.numbers = numbers;
    this.items = items;
  }

  static boolean isLines(RoutingContext context) {
    String type = context.request().getHeader("Content-Type");
    String plain = type == null ? "" : type.toLowerCase(Locale.ROOT).replaceAll("\\s*;.*", "");
    return plain.equals(LINES) || plain.equals("application/jsonl");
  }

  /** {@code {"inputs": […]}}, answered as {@code {"results": […]}}. */
  void array(RoutingContext context) {
    JsonArray inputs = NumberRoutes.inputs(context);
    if (inputs == null) {
      return;
    }
    List<Future<JsonObject>> results = new ArrayList<>();
    for (Object input : inputs) {
      results.add(result(input));
    }
    Future.all(results)
        .onSuccess(
            all -> {
              numbers.mark(context.response());
              Sending.json(
                  context, 200, new JsonObject().put("results", new JsonArray(all.list())));
            })
        .onFailure(context::fail);
  }

  /** A code or {@code {"input": code}} a line; anything else is left to the next handler. */
  void lines(RoutingContext context) {
    if (isLines(context)) {
      new Stream(context).begin();
    } else {
      context.next();
    }
  }

  private Future<JsonObject> result(@Nullable Object input) {
    return numbers.result(input, Future::succeededFuture, this::lookUp);
  }

  private Future<JsonObject> lookUp(String code, List<Reading.One> meant) {
    return items
        .existing(meant)
        .map(
            existing ->
                existing.isEmpty()
                    ? NumberRoutes.unknown(code)
                    : NumberRoutes.with(
                        NumberRoutes.status(existing), ItemRoutes.answer(code, existing)));
  }

  /** One request's lines and their answers. */
  private final class Stream {
    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final RecordParser lines;
    private final ArrayDeque<Future<JsonObject>> underWay = new ArrayDeque<>();
    private boolean paused;
    private boolean ended;
    private boolean over;

    Stream(RoutingContext context) {
      request = context.request();
      response = context.response();
      lines = RecordParser.newDelimited("\n", request);
      lines.maxRecordSize(MOST_LINE_BYTES);
    }

    void begin() {
      response.putHeader("Content-Type", LINES).setChunked(true);
      response.drainHandler(drained -> proceed());
      response.exceptionHandler(gone -> over = true);
      lines.exceptionHandler(this::refuse);
      lines.handler(this::line);
      lines.endHandler(
          end -> {
            ended = true;
            proceed();
          });
      if (request.headers().contains("Expect")) {
        response.writeContinue();
      }
    }

    private void line(Buffer line) {
      String text = line.toString().strip();
      if (text.isEmpty() || over) {
        return;
      }
      Future<JsonObject> result = result(input(text));
      underWay.add(result);
      result.onComplete(done -> proceed());
      if (underWay.size() >= MOST_UNDER_WAY && !paused) {
        paused = true;
        lines.pause();
      }
    }

    private static @Nullable Object input(String line) {
      try {
        Object value = Json.decodeValue(line);
        return value instanceof JsonObject object ? object.getValue("input") : value;
      } catch (DecodeException notJson) {
        // A code as it is, such as 0952-1234.
        return line;
      }
    }

    /** Sends what is answered, in order, as long as the client takes it. */
    private void proceed() {
      while (!over
          && !underWay.isEmpty()
          && underWay.peek().isComplete()
          && !response.writeQueueFull()) {
        Future<JsonObject> next = underWay.remove();
        JsonObject answer =
            next.succeeded()
                ? next.result()
                : NumberRoutes.with(
                    503, Problem.CATALOGUE_AWAY.body("the catalogue cannot be used now"));
        if (!response.headWritten()) {
          numbers.mark(response);
        }
        response.write(Buffer.buffer(answer.encode() + "\n"));
      }
      if (paused && underWay.size() < MOST_UNDER_WAY / 2) {
        paused = false;
        lines.resume();
      }
      if (ended && underWay.isEmpty() && !over) {
        over = true;
        response.end();
      }
    }

    /** A line that is too long: what follows cannot be told apart. */
    private void refuse(Throwable failed) {
      if (!over) {
        over = true;
        // Nothing more is read: it would be kept, however much it is.
        request.pause();
        JsonObject body =
            NumberRoutes.with(
                400,
                Problem.MALFORMED_BODY.body(
                    "expected lines of at most " + MOST_LINE_BYTES + " bytes"));
        response
            .end(Buffer.buffer(body.encode() + "\n"))
            .onComplete(sent -> request.connection().close());
      }
    }
  }
}
