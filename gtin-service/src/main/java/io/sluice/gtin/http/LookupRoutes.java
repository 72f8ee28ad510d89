package io.sluice.gtin.http;

import io.sluice.gtin.catalog.CatalogueBusy;
import io.sluice.gtin.gtin.As;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.core.parsetools.RecordParser;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.List;

/**
 * The items of many codes: a JSON array at once, or a line for each as long as the client sends
 * some, answered in their order and each with the number of its line. No more lines are read than
 * are answered, and none while the client does not take the answers.
 */
final class LookupRoutes {
  /** Lines that wait until those before them are looked up. */
  private static final int MOST_WAITING = 256;

  private static final int MOST_LINE_BYTES = 16 * 1024;
  private static final long BUSY_MILLIS = 50;
  private static final String LINES = "application/x-ndjson";

  private final Batches batches;
  private final ItemRoutes items;

  LookupRoutes(Batches batches, ItemRoutes items) {
    this.batches = batches;
    this.items = items;
  }

  /** {@code {"inputs": […]}}, answered as {@code {"results": […]}}. */
  void array(RoutingContext context) {
    try {
      List<Inputs.Each> inputs =
          Inputs.ofBody(Bodies.json(context, Inputs.EXPECTED), NumberRoutes.as(context));
      batches
          .answer(CodeAnswers.Question.ITEM, inputs)
          .onSuccess(
              all -> {
                items.mark(context.response());
                Sending.json(context, 200, NumberRoutes.results(all));
              })
          .onFailure(context::fail);
    } catch (Malformed malformed) {
      malformed.answer(context);
    }
  }

  /** A code or {@code {"input": code, "as": …}} a line; anything else is for the next handler. */
  void lines(RoutingContext context) {
    if (!MediaType.of(context.request()).isLines()) {
      context.next();
      return;
    }
    try {
      new Stream(context, NumberRoutes.as(context)).begin();
    } catch (Malformed malformed) {
      malformed.answer(context);
    }
  }

  /** One request's lines and their answers. */
  private final class Stream {
    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final Vertx vertx;
    private final RecordParser lines;
    private final As as;
    private List<Inputs.Each> waiting = new ArrayList<>();
    private Turn turn = Turn.READING;
    private boolean ended;
    private long answered;

    Stream(RoutingContext context, As as) {
      this.as = as;
      vertx = context.vertx();
      request = context.request();
      response = context.response();
      lines = RecordParser.newDelimited("\n", request);
      lines.maxRecordSize(MOST_LINE_BYTES);
    }

    void begin() {
      response.putHeader("Content-Type", LINES).setChunked(true);
      response.drainHandler(drained -> proceed());
      response.exceptionHandler(gone -> turn = Turn.OVER);
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
      if (turn != Turn.OVER) {
        waiting.add(Inputs.ofLine(line.toString().replaceFirst("\r$", ""), as));
        if (waiting.size() == MOST_WAITING) {
          lines.pause();
        }
        proceed();
      }
    }

    /** Looks up what waits, if nothing is looked up and the client takes its answers. */
    private void proceed() {
      if (turn != Turn.READING || response.writeQueueFull()) {
        return;
      }
      if (!waiting.isEmpty()) {
        List<Inputs.Each> group = waiting;
        waiting = new ArrayList<>();
        turn = Turn.LOOKING_UP;
        lookUp(group);
        lines.resume();
      } else if (ended) {
        turn = Turn.OVER;
        response.end();
      }
    }

    /** Whoever sends lines waits; where too many batches are under way, so does this. */
    private void lookUp(List<Inputs.Each> group) {
      batches
          .answer(CodeAnswers.Question.ITEM, group)
          .onSuccess(answers -> send(answers.stream().map(Answer::amongMany).toList()))
          .onFailure(
              failed -> {
                if (failed instanceof CatalogueBusy && turn != Turn.OVER) {
                  vertx.setTimer(BUSY_MILLIS, again -> lookUp(group));
                } else {
                  send(group.stream().map(input -> away(input, failed)).toList());
                }
              });
    }

    private void send(List<JsonObject> answers) {
      if (turn == Turn.OVER) {
        return;
      }
      if (!response.headWritten()) {
        items.mark(response);
      }
      Buffer sent = Buffer.buffer();
      for (JsonObject answer : answers) {
        sent.appendString(answer.put("line", ++answered).encode()).appendByte((byte) '\n');
      }
      response.write(sent);
      turn = Turn.READING;
      proceed();
    }

    private static JsonObject away(Inputs.Each input, Throwable cause) {
      Object requested =
          switch (input) {
            case Inputs.Each.Code code -> code.input().requested();
            case Inputs.Each.None none -> none.requested();
          };
      Answer answer = Failures.answer(cause);
      answer.body().put("requested", requested);
      return answer.amongMany();
    }

    /** A line that is too long: what follows cannot be told apart. */
    private void refuse(Throwable failed) {
      if (turn != Turn.OVER) {
        turn = Turn.OVER;
        // Nothing more is read: it would be kept, however much it is.
        request.pause();
        Answer answer =
            Answer.of(
                Problem.MALFORMED_BODY, "expected lines of at most " + MOST_LINE_BYTES + " bytes");
        response
            .end(Buffer.buffer(answer.amongMany().encode() + "\n"))
            .onComplete(sent -> request.connection().close());
      }
    }
  }

  /** Whose turn it is in a stream of lines. */
  private enum Turn {
    /** The client's: lines are awaited, or that it takes its answers. */
    READING,
    /** The catalogue's. */
    LOOKING_UP,
    /** Nobody's. */
    OVER
  }
}
