package io.sluice.gateway.table;

import io.sluice.gateway.config.Config;
import io.sluice.gateway.config.IdMap;
import io.sluice.gateway.config.Middleware;
import io.sluice.gateway.config.Problem;
import io.sluice.gateway.config.Split;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Names what an operator pointed to and did not write (yet): the frontend answers 503, or is not
 * reachable there. Looks again only at what may have changed.
 */
final class References {
  private References() {}

  /** What frontends name and does not exist, by their id. */
  static IdMap<List<Problem>> ofFrontends(
      Config config, FrontendCompiler.Result frontends, RoutingTable previous) {
    Config last = previous.config();
    boolean sameTargets =
        config.backends() == last.backends() && config.listeners() == last.listeners();
    IdMap.Editor<List<Problem>> dangling =
        (sameTargets ? previous.dangling() : IdMap.<List<Problem>>empty()).edit();
    Collection<String> changed = sameTargets ? frontends.changed() : frontends.byId().keySet();
    for (String id : changed) {
      CompiledFrontend frontend = frontends.byId().get(id);
      List<Problem> found = frontend == null ? List.of() : Problem.few(problems(config, frontend));
      if (found.isEmpty()) {
        dangling.remove(id);
      } else {
        dangling.put(id, found);
      }
    }
    return dangling.done();
  }

  private static List<Problem> problems(Config config, CompiledFrontend frontend) {
    List<Problem> problems = new ArrayList<>(0);
    String where = "frontends/" + frontend.id() + "/frontend";
    for (Split.Share share : frontend.written().split().shares()) {
      if (!config.backends().containsKey(share.backendId())) {
        problems.add(
            Problem.error(
                where + " BackendId",
                "\"" + share.backendId() + "\"",
                "the id of a backend that exists"));
      }
    }
    for (Middleware stage : frontend.middlewares()) {
      for (String backend : stage.spec().backends()) {
        if (!config.backends().containsKey(backend)) {
          problems.add(
              Problem.error(
                  "frontends/" + frontend.id() + "/middlewares/" + stage.id() + " BackendId",
                  "\"" + backend + "\"",
                  "the id of a backend that exists"));
        }
      }
    }
    for (String listener : frontend.written().listeners()) {
      if (!config.listeners().containsKey(listener)) {
        problems.add(
            Problem.error(
                where + " Listeners", "\"" + listener + "\"", "the id of a listener that exists"));
      }
    }
    return problems;
  }

  /** Servers of no backend and middlewares of no frontend. */
  static List<Problem> orphans(Config config) {
    List<Problem> problems = new ArrayList<>();
    config
        .servers()
        .forEach(
            (id, servers) -> {
              if (!config.backends().containsKey(id)) {
                problems.add(
                    Problem.warning(
                        "backends/" + id + "/servers",
                        servers.size() + " servers of no backend",
                        "the key backends/" + id + "/backend"));
              }
            });
    for (String id : config.middlewares().keySet()) {
      if (!config.frontends().containsKey(id)) {
        problems.add(
            Problem.warning(
                "frontends/" + id + "/middlewares",
                "middlewares of no frontend",
                "the key frontends/" + id + "/frontend"));
      }
    }
    return problems;
  }
}
