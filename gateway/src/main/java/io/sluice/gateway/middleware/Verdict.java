package io.sluice.gateway.middleware;

import io.sluice.gateway.http.Reason;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What a stage decided about a request. */
public sealed interface Verdict {
  /** Go on without a memo. */
  Proceed PROCEED = new Proceed(null);

  /** Go on, though it would be refused, were this stage not only there to count. */
  Proceed SHADOWED = new Proceed(null);

  /**
   * Go on.
   *
   * @param memo what the stage wants to be given back when the exchange is over
   */
  record Proceed(@Nullable Object memo) implements Verdict {}

  /**
   * Not decided yet.
   *
   * @param later completed on any thread, by the stage's own time limit at the latest; what it
   *     gives is asked for the decision, which is no further Wait, on the exchange's event loop
   */
  record Wait(CompletionStage<Supplier<Verdict>> later) implements Verdict {}

  /** Answer now; later stages and the backend never see the request. */
  sealed interface Refusal extends Verdict {
    Reason reason();

    int status();
  }

  /**
   * An error of the gateway's own, in the shape that all of them have.
   *
   * @param detail what the body says
   * @param retryAfter when it is worth trying again; null when that is not known
   */
  record Reply(Reason reason, String detail, @Nullable Duration retryAfter) implements Refusal {
    /** As the reason says it itself. */
    public static Reply of(Reason reason) {
      return new Reply(reason, reason.text(), null);
    }

    @Override
    public int status() {
      return reason.status();
    }
  }

  /** A header field of an answer. */
  record Header(String name, String value) {}

  /**
   * A response that the stage's operator has written.
   *
   * @param body sent as UTF-8; may be empty
   */
  record Answer(Reason reason, int status, List<Header> fields, String body) implements Refusal {}
}
