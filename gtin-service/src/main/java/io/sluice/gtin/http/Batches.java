package io.sluice.gtin.http;

import io.sluice.gtin.catalog.CatalogueAway;
import io.sluice.gtin.catalog.CatalogueBusy;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Answers to many codes at once, on threads of their own: a thousand take milliseconds, which
 * neither an event loop nor who asks for one code should wait for.
 */
final class Batches {
  private static final int THREADS = 2;
  private static final int MOST_WAITING = 64;

  private final CodeAnswers answers;
  private final WorkerExecutor threads;
  private final AtomicInteger underWay = new AtomicInteger();

  Batches(Vertx vertx, CodeAnswers answers) {
    this.answers = answers;
    this.threads = vertx.createSharedWorkerExecutor("batches", THREADS);
  }

  /** In the order of the inputs. Fails with {@link CatalogueBusy} where too many wait. */
  Asked<List<Answer>> answer(CodeAnswers.Question question, List<Inputs.Each> inputs) {
    if (underWay.incrementAndGet() > MOST_WAITING) {
      underWay.decrementAndGet();
      return new Asked<>(Future.failedFuture(new CatalogueBusy("too many batches are under way")));
    }
    return new Asked<>(
        threads
            .executeBlocking(() -> answered(question, inputs), false)
            .onComplete(done -> underWay.decrementAndGet()));
  }

  private List<Answer> answered(CodeAnswers.Question question, List<Inputs.Each> inputs) {
    List<Input> codes = new ArrayList<>();
    for (Inputs.Each each : inputs) {
      if (each instanceof Inputs.Each.Code code) {
        codes.add(code.input());
      }
    }
    var next = lookedUp(question, codes).iterator();
    List<Answer> all = new ArrayList<>(inputs.size());
    for (Inputs.Each each : inputs) {
      all.add(
          switch (each) {
            case Inputs.Each.Code _ -> next.next();
            case Inputs.Each.None none -> none.answer();
          });
    }
    return all;
  }

  /** What was thrown on the catalogue's threads comes out as it is. */
  private List<Answer> lookedUp(CodeAnswers.Question question, List<Input> codes) {
    try {
      return answers.answers(question, codes);
    } catch (CompletionException failed) {
      switch (failed.getCause()) {
        case CatalogueAway away -> throw away;
        case CatalogueBusy busy -> throw busy;
        case null, default -> throw failed;
      }
    }
  }

  void close() {
    threads.close();
  }
}
