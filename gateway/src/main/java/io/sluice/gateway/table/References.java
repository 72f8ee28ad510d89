package io.sluice.gateway.table;

import io.sluice.gateway.config.Config;
import io.sluice.gateway.config.Problem;
import io.sluice.gateway.config.Split;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Names what an operator pointed to and did not write (yet): the frontend answers 503, or is not
 * reachable there. Looks again only at what may have changed. Control thread only.
 */
final class References {
  private final TreeMap<String, List<Problem>> ofFrontends = new TreeMap<>();
  private Config last = Config.EMPTY;
  private List<Problem> ofOthers = List.of();

  void check(Config config, FrontendCompiler.Result frontends, List<Problem> problems) {
    if (config.backends() != last.backends() || config.listeners() != last.listeners()) {
      ofFrontends.clear();
      frontends.byId().values().forEach(frontend -> check(config, frontend.id(), frontend));
    } else {
      frontends.changed().forEach(id -> check(config, id, frontends.byId().get(id)));
    }
    if (config.backends() != last.backends()
        || config.servers() != last.servers()
        || config.middlewares() != last.middlewares()
        || config.frontends() != last.frontends()) {
      ofOthers = orphans(config);
    }
    last = config;
    ofFrontends.values().forEach(problems::addAll);
    problems.addAll(ofOthers);
  }

  private void check(Config config, String id, @Nullable CompiledFrontend frontend) {
    List<Problem> found = frontend == null ? List.of() : Problem.few(problems(config, frontend));
    if (found.isEmpty()) {
      ofFrontends.remove(id);
    } else {
      ofFrontends.put(id, found);
    }
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
    for (String listener : frontend.written().listeners()) {
      if (!config.listeners().containsKey(listener)) {
        problems.add(
            Problem.error(
                where + " Listeners", "\"" + listener + "\"", "the id of a listener that exists"));
      }
    }
    return problems;
  }

  private static List<Problem> orphans(Config config) {
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
