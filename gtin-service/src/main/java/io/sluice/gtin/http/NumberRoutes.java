package io.sluice.gtin.http;

import io.sluice.gtin.gtin.As;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.List;

/** What codes are, without looking items up: one in the path, or many in a body. */
final class NumberRoutes {
  private final Vertx vertx;
  private final CodeAnswers answers;
  private final Batches batches;

  NumberRoutes(Vertx vertx, CodeAnswers answers, Batches batches) {
    this.vertx = vertx;
    this.answers = answers;
    this.batches = batches;
  }

  void one(RoutingContext context) {
    try {
      Input input = input(context);
      Asking.ask(vertx, answers.answer(CodeAnswers.Question.NUMBER, input))
          .onSuccess(answer -> Sending.answer(context, answer, Sending.A_DAY))
          .onFailure(context::fail);
    } catch (Malformed malformed) {
      malformed.answer(context);
    }
  }

  void many(RoutingContext context) {
    try {
      List<Inputs.Each> inputs = Inputs.ofBody(Bodies.json(context, Inputs.EXPECTED), as(context));
      batches
          .answer(CodeAnswers.Question.NUMBER, inputs)
          .onSuccess(all -> Sending.json(context, 200, results(all)))
          .onFailure(context::fail);
    } catch (Malformed malformed) {
      malformed.answer(context);
    }
  }

  static JsonObject results(List<Answer> answers) {
    JsonArray results = new JsonArray();
    answers.forEach(answer -> results.add(answer.amongMany()));
    return new JsonObject().put("results", results);
  }

  /** The code of the path. */
  static Input input(RoutingContext context) throws Malformed {
    String code = context.pathParam("code");
    return new Input(code, code, as(context));
  }

  /** The forms that the client says the codes come in. */
  static As as(RoutingContext context) throws Malformed {
    return Input.as(Query.of(context).get("as"));
  }
}
