package io.sluice.gateway.config;

import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Something in the configuration that is not as it should be.
 *
 * @param level whether the object is unusable or only a part of it has no effect
 * @param where the key and the field, such as {@code frontends/gtin/frontend Route}
 * @param found what stands there; or all that there is to say, where nothing is expected
 * @param expected what should; empty for a sentence
 */
public record Problem(Level level, String where, String found, String expected) {
  private static final int MOST_CHARS = 200;
  private static final int MOST_OF_ONE_RECORD = 10;

  /** Texts of any length, with what stands in them, become one line of a bounded one. */
  public Problem {
    where = Shown.text(where, MOST_CHARS);
    found = Shown.text(found, MOST_CHARS);
    expected = Shown.text(expected, MOST_CHARS);
  }

  private static final Logger LOG = LoggerFactory.getLogger(Problem.class);

  /** Marks an unknown field. Only a warning, since a newer gateway may know it. */
  public static final String UNKNOWN_FIELD = "an unknown field";

  public static final String UNKNOWN_KEY = "a key that means nothing";

  /** How much it hinders. */
  public enum Level {
    /** The object keeps its last good form, or has none. */
    ERROR,
    /** The object works, but not all that it says is acted on. */
    WARNING
  }

  public static Problem error(String where, String found, String expected) {
    return new Problem(Level.ERROR, where, found, expected);
  }

  /** A record that could be read or compiled by rights, and made the gateway fail. */
  public static Problem bug(String where, Throwable bug) {
    LOG.error("{} made the gateway fail", where, bug);
    return error(
        where,
        "something that made " + bug.getClass().getName(),
        "the log of the gateway says more");
  }

  /** The problems of one record: the first few of them, and then their number. */
  public static List<Problem> few(List<Problem> all) {
    if (all.size() <= MOST_OF_ONE_RECORD) {
      return List.copyOf(all);
    }
    List<Problem> few = new ArrayList<>(all.subList(0, MOST_OF_ONE_RECORD - 1));
    Problem next = all.get(MOST_OF_ONE_RECORD - 1);
    few.add(
        new Problem(
            next.level,
            next.where,
            (all.size() - few.size()) + " more of the kind, such as " + next.found,
            next.expected));
    return List.copyOf(few);
  }

  public static Problem warning(String where, String found, String expected) {
    return new Problem(Level.WARNING, where, found, expected);
  }

  /** A sentence about something that is as it may be, and hardly as it was meant. */
  public static Problem advice(Level level, String where, String sentence) {
    return new Problem(level, where, sentence, "");
  }

  /** The one line that people read. */
  @Override
  public String toString() {
    return expected.isEmpty()
        ? where + ": " + found
        : where + ": found " + found + ", expected " + expected;
  }
}
