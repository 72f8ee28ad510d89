package io.sluice.gateway.table;

import io.sluice.gateway.config.Problem;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The frontends that never get a request: their route is impossible, or another one takes all that
 * they could get. A gateway looks for them when nothing has changed for a while. Control thread
 * only.
 */
public final class UnmatchedFrontends implements TableFollower {
  /** Looks at an unchanged table before it is gone through. */
  private static final int QUIET_LOOKS = 4;

  /** Routes that are compared with each other at most, so that a large tree holds nobody up. */
  private static final int MOST_COMPARED = 2_000_000;

  private RoutingTable seen = RoutingTable.EMPTY;
  private int quiet;
  private List<Problem> found = List.of();

  @Override
  public List<Problem> follow(RoutingTable table) {
    quiet = table == seen ? quiet + 1 : 0;
    seen = table;
    if (quiet == QUIET_LOOKS) {
      found = in(table);
    }
    return found;
  }

  /** A warning for each. */
  public static List<Problem> in(RoutingTable table) {
    List<Problem> warnings = new ArrayList<>();
    Map<String, CompiledFrontend> byId = new TreeMap<>(table.frontends());
    Map<Place, CompiledFrontend> first = new HashMap<>();
    List<CompiledFrontend> pinned =
        byId.values().stream().filter(each -> each.written().priority() > 0).toList();
    int compared = 0;
    for (CompiledFrontend frontend : byId.values()) {
      if (frontend.route().isImpossible()) {
        warnings.add(
            Problem.warning(
                where(frontend), frontend.route().toString(), "a route that a request can match"));
      }
      // Of equal routes the lexically smaller id wins; a priority wins over anything.
      CompiledFrontend same = first.putIfAbsent(Place.of(frontend), frontend);
      if (same != null) {
        warnings.add(shadowed(frontend, same));
        continue;
      }
      for (int i = 0; i < pinned.size() && compared < MOST_COMPARED; i++) {
        compared++;
        CompiledFrontend above = pinned.get(i);
        if (above.written().priority() > frontend.written().priority()
            && hasListenersOf(above, frontend)
            && above.route().covers(frontend.route())) {
          warnings.add(shadowed(frontend, above));
          break;
        }
      }
    }
    return warnings;
  }

  /** Where two frontends are in each other's way. */
  private record Place(int priority, List<String> listeners, String route) {
    static Place of(CompiledFrontend frontend) {
      return new Place(
          frontend.written().priority(),
          frontend.written().listeners(),
          frontend.route().toString());
    }
  }

  /** Whether one is wherever the other is. None named means those of the default ones. */
  private static boolean hasListenersOf(CompiledFrontend one, CompiledFrontend other) {
    List<String> theirs = other.written().listeners();
    List<String> its = one.written().listeners();
    return its.equals(theirs) || (!theirs.isEmpty() && its.containsAll(theirs));
  }

  private static Problem shadowed(CompiledFrontend frontend, CompiledFrontend by) {
    return Problem.advice(
        Problem.Level.WARNING,
        where(frontend),
        "it never matches, because frontend "
            + by.id()
            + " takes the same requests first; change the route or set Priority");
  }

  private static String where(CompiledFrontend frontend) {
    return "frontends/" + frontend.id() + "/frontend Route";
  }
}
