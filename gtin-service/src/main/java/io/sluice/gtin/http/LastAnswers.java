package io.sluice.gtin.http;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.sluice.gtin.catalog.AskedBefore;
import io.sluice.gtin.catalog.Item;
import java.util.function.Supplier;

/**
 * Answers to codes which mean one item and were asked for twice lately, so that what is asked all
 * the time is made and written once, and what is asked once leaves nothing. One is good for as long
 * as the catalogue has the same item. Any thread.
 */
final class LastAnswers {
  private static final long MOST_BYTES = 8 << 20;

  /** Who is asked for as one of so many is asked for all the time; a power of two. */
  private static final int ONE_OF = 4_096;

  /** What an answer takes besides its item's own texts, about. */
  private static final int USUAL_BYTES = 4 << 10;

  /** How often an item's attributes stand in it: as a text, as JSON, in bytes. */
  private static final int COPIES = 8;

  private final Cache<Input, Answer> answers =
      Caffeine.newBuilder()
          .executor(Runnable::run)
          .maximumWeight(MOST_BYTES)
          .weigher(LastAnswers::bytes)
          .build();

  private final AskedBefore before = new AskedBefore(ONE_OF);

  /**
   * The answer to an input.
   *
   * @param item that it means now
   * @param made makes the answer where there is none that is good
   */
  Answer get(Input input, Item item, Supplier<Answer> made) {
    Answer last = answers.getIfPresent(input);
    if (last != null && last.found().getFirst().item().isSame(item)) {
      return last;
    }
    Answer now = made.get();
    if (last != null || before.noted(input)) {
      answers.put(input, now);
    }
    return now;
  }

  /** How many are kept. */
  long size() {
    answers.cleanUp();
    return answers.estimatedSize();
  }

  private static int bytes(Input input, Answer answer) {
    Item item = answer.found().getFirst().item();
    int texts =
        input.code().length()
            + item.name().length()
            + item.brand().length()
            + item.category().length()
            + item.attributes().length();
    return USUAL_BYTES + COPIES * texts;
  }
}
