package io.sluice.gateway.rollout;

import java.util.List;

/**
 * A frontend's requests are to move from one backend to another.
 *
 * @param style for people: {@code blue-green} or {@code canary}
 * @param frontend whose requests move
 * @param from the backend that serves it
 * @param to the backend that is to
 * @param steps the shares of {@code to} in percent, rising, 100 at the end
 * @param judgement a {@link io.sluice.gateway.predicate.Judgement}; empty for none
 * @param minRequests how many answers of {@code to} a judgement takes
 * @param stepSeconds how long a step lasts at least
 * @param timeoutSeconds how long anything is waited for before the rollout is taken back
 * @param smoke paths that every server of {@code to} must answer with 200 before it gets a request
 */
public record Shift(
    String style,
    String frontend,
    String from,
    String to,
    List<Integer> steps,
    String judgement,
    long minRequests,
    int stepSeconds,
    int timeoutSeconds,
    List<String> smoke)
    implements Plan {
  private static final int ALL = 100;

  @Override
  public String id() {
    return frontend;
  }

  @Override
  public String what() {
    return from + " to " + to;
  }

  @Override
  public int lastStep() {
    return steps.size() - 1;
  }

  @Override
  public int share(int step) {
    return steps.get(step);
  }

  /** What is wrong with it; empty for nothing. */
  public String fault() {
    boolean rising = !steps.isEmpty() && steps.getFirst() > 0 && steps.getLast() == ALL;
    for (int i = 1; i < steps.size(); i++) {
      rising &= steps.get(i) > steps.get(i - 1);
    }
    if (!rising) {
      return "steps: found " + steps + ", expected rising percentages that end with 100";
    }
    if (from.equals(to)) {
      return "found frontend " + frontend + " at backend " + to + " already, expected another one";
    }
    return "";
  }
}
