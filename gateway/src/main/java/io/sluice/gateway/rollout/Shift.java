package io.sluice.gateway.rollout;

import io.sluice.gateway.config.RequestKey;
import io.sluice.gateway.predicate.Judgement;
import io.sluice.gateway.route.Route;
import io.sluice.gateway.route.RouteSyntaxException;
import java.util.List;
import java.util.Objects;

/**
 * A frontend's requests are to move from one backend to another.
 *
 * @param style for people: {@code blue-green} or {@code canary}
 * @param frontend whose requests move
 * @param from the backend that serves it
 * @param to the backend that is to
 * @param steps the shares of {@code to} in percent, rising, 100 at the end; 0 for testers alone
 * @param testers a route expression: requests that match it go to {@code to} from the first step
 *     on; empty for none
 * @param sticky a {@link RequestKey} that keeps a client in its share; empty for chance
 * @param judgement a {@link Judgement}; empty for none
 * @param minRequests how many answers of {@code to} a judgement takes
 * @param stepSeconds how long a step lasts at least
 * @param timeoutSeconds how long anything is waited for before the rollout is taken back
 * @param smoke paths that every server of {@code to} must answer with 200 before it gets a request
 * @param control a backend with servers of what is old, which gets as much as {@code to} as long as
 *     there is as much, and which {@code to} is judged beside; empty for {@code from}
 */
public record Shift(
    String style,
    String frontend,
    String from,
    String to,
    List<Integer> steps,
    String testers,
    String sticky,
    String judgement,
    long minRequests,
    int stepSeconds,
    int timeoutSeconds,
    List<String> smoke,
    String control)
    implements Plan {
  private static final int ALL = 100;

  /** One that was written by an earlier version has no control. */
  public Shift {
    control = Objects.requireNonNullElse(control, "");
  }

  /** The backend beside which the new one is judged. */
  String baseline() {
    return control.isEmpty() ? from : control;
  }

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

  /** The same from a backend that was looked up. */
  public Shift from(String found) {
    return new Shift(
        style,
        frontend,
        found,
        to,
        steps,
        testers,
        sticky,
        judgement,
        minRequests,
        stepSeconds,
        timeoutSeconds,
        smoke,
        control);
  }

  /** What is wrong with it; empty for nothing. */
  public String fault() {
    int least = testers.isEmpty() ? 1 : 0;
    boolean rising = !steps.isEmpty() && steps.getFirst() >= least && steps.getLast() == ALL;
    for (int i = 1; i < steps.size(); i++) {
      rising &= steps.get(i) > steps.get(i - 1);
    }
    if (!rising) {
      return "steps: found " + steps + ", expected rising percentages from " + least + " to 100";
    }
    if (!sticky.isEmpty() && RequestKey.read(sticky) == null) {
      return "sticky: found \"" + sticky + "\", expected such as request.cookie.NAME";
    }
    try {
      if (!testers.isEmpty()) {
        Route.parse(testers);
      }
    } catch (RouteSyntaxException notOne) {
      return "testers: found " + notOne.found() + ", expected " + notOne.expected();
    }
    String fault = Judgement.fault(judgement);
    if (!fault.isEmpty()) {
      return fault;
    }
    for (String path : smoke) {
      if (!path.matches("/[!-~]*")) {
        return "smoke: found \"" + path + "\", expected a path such as /healthz";
      }
    }
    if (control.equals(to) || (!control.isEmpty() && control.equals(from))) {
      return "control: found \"" + control + "\", expected a third backend";
    }
    if (from.equals(to)) {
      return "found frontend " + frontend + " at backend " + to + " already, expected another one";
    }
    return "";
  }
}
