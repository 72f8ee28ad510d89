package io.sluice.gateway.table;

import io.sluice.gateway.config.Problem;
import io.sluice.gateway.memory.Bounded;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * The routes that could not be compared with some request. Event loops add to it; the control
 * thread makes a {@link Problem} of each as long as the table has it.
 */
public final class MatchFailures implements TableFollower {
  private static final int MOST = 100;

  @Bounded("a hundred routes")
  private final Set<String> routes = ConcurrentHashMap.newKeySet();

  private final LongAdder count = new LongAdder();

  /** A route failed. Any thread. */
  public void add(String route) {
    count.increment();
    if (routes.size() < MOST) {
      routes.add(route);
    }
  }

  /** How often one failed. Any thread. */
  public long count() {
    return count.sum();
  }

  @Override
  public List<Problem> follow(RoutingTable table) {
    if (routes.isEmpty()) {
      return List.of();
    }
    List<Problem> problems = new ArrayList<>();
    Set<String> present = new HashSet<>();
    for (CompiledFrontend frontend : table.frontends().values()) {
      String route = frontend.route().toString();
      if (routes.contains(route)) {
        present.add(route);
        problems.add(problem("frontends/" + frontend.id() + "/frontend Route"));
      }
      for (String testers : frontend.split().testers()) {
        if (routes.contains(testers)) {
          present.add(testers);
          problems.add(problem("frontends/" + frontend.id() + "/frontend Split Testers"));
        }
      }
    }
    for (CompiledListener listener : table.allListeners()) {
      String scope = listener.written().scope();
      if (routes.contains(scope)) {
        present.add(scope);
        problems.add(problem("listeners/" + listener.id() + " Scope"));
      }
    }
    routes.retainAll(present);
    return problems;
  }

  private static Problem problem(String where) {
    return Problem.error(
        where,
        "a regular expression that took too many steps for a request, which it then did not match",
        "a shorter one, or one that is anchored with ^");
  }
}
