package io.sluice.gtin.http;

import io.sluice.gtin.gtin.Confidence;
import io.sluice.gtin.gtin.Gtin;
import io.sluice.gtin.gtin.Quoted;
import io.sluice.gtin.gtin.Reading;
import io.vertx.core.Vertx;
import io.vertx.ext.web.RoutingContext;

/** The one number that a path means, for what is done to an item: never one of several. */
final class Targets {
  private final Vertx vertx;
  private final CodeAnswers answers;

  Targets(Vertx vertx, CodeAnswers answers) {
    this.vertx = vertx;
    this.answers = answers;
  }

  /** A number, and as which code it was named. */
  record Target(Input input, Reading.One one) {
    Gtin gtin() {
      return one.gtin();
    }
  }

  /** What is done with it. */
  interface Use {
    void of(Target target) throws Malformed;
  }

  /** Uses the path's number, or answers why it is none, or which several it may be. */
  void withOne(RoutingContext context, Use use) {
    try {
      Input input = NumberRoutes.input(context);
      Reading reading = answers.read(input).orElse(null);
      if (reading instanceof Reading.One one && one.confidence() != Confidence.GUESSED) {
        use.of(new Target(input, one));
      } else if (reading instanceof Reading.One) {
        new Malformed(
                Problem.GUESSED,
                "found "
                    + Quoted.of(input.code())
                    + ", which is a number by chance as well, expected one that says so")
            .answer(context);
      } else {
        Asking.ask(vertx, answers.answer(CodeAnswers.Question.NUMBER, input))
            .onSuccess(answer -> Sending.answer(context, answer, Sending.ALWAYS_ASK))
            .onFailure(context::fail);
      }
    } catch (Malformed malformed) {
      malformed.answer(context);
    }
  }
}
