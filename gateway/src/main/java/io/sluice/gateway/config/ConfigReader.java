package io.sluice.gateway.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Turns a {@link KeyTree} into a {@link Config}: every key on its own, so that one bad value never
 * affects another.
 *
 * <p>Remembers what it made of each value: an unchanged value gives the same record again, and a
 * value that cannot be read gives the last good record of its key. Owned by the control thread.
 */
public final class ConfigReader {
  private static final Comparator<Middleware> RUN_ORDER =
      Comparator.comparingInt(Middleware::priority).thenComparing(Middleware::id);

  /** What became of one value. */
  @SuppressWarnings(
      "ArrayRecordComponent") // Compared by identity: an unchanged value is the same array.
  private record Reading(
      byte[] value, byte @Nullable [] goodValue, @Nullable Object record, List<Problem> problems) {}

  private Map<String, Reading> readings = new HashMap<>();
  private Config previous = Config.EMPTY;

  /** Reads the whole tree. */
  public Config read(KeyTree tree) {
    Map<String, Reading> fresh = HashMap.newHashMap(tree.size());
    Map<String, Host> hosts = new HashMap<>();
    Map<String, Listener> listeners = new HashMap<>();
    Map<String, Frontend> frontends = HashMap.newHashMap(previous.frontends().size());
    Map<String, Backend> backends = new HashMap<>();
    Map<String, List<Server>> servers = new HashMap<>();
    Map<String, List<Middleware>> middlewares = new HashMap<>();
    Map<String, Problem> withoutForm = new HashMap<>();
    List<Problem> problems = new ArrayList<>();
    tree.values()
        .forEach(
            (key, value) -> {
              Reading reading = reading(key, value);
              fresh.put(key, reading);
              problems.addAll(reading.problems);
              switch (reading.record) {
                case Host host -> hosts.put(host.name(), host);
                case Listener listener -> listeners.put(listener.id(), listener);
                case Frontend frontend -> frontends.put(frontend.id(), frontend);
                case Backend backend -> backends.put(backend.id(), backend);
                case Server server ->
                    servers
                        .computeIfAbsent(server.backendId(), id -> new ArrayList<>())
                        .add(server);
                case Middleware middleware ->
                    middlewares
                        .computeIfAbsent(middleware.frontendId(), id -> new ArrayList<>(2))
                        .add(middleware);
                case null, default -> {
                  if (Key.parse(key) instanceof Key.OfMiddleware(String frontendId, String ignored)
                      && !reading.problems.isEmpty()) {
                    withoutForm.putIfAbsent(frontendId, reading.problems.getLast());
                  }
                }
              }
            });
    middlewares.values().forEach(list -> list.sort(RUN_ORDER));
    readings = fresh;
    previous =
        new Config(
            tree.revision(),
            sameRecords(hosts, previous.hosts()),
            listeners,
            frontends,
            backends,
            keepSame(servers, previous.servers()),
            keepSame(middlewares, previous.middlewares()),
            withoutForm,
            List.copyOf(problems));
    return previous;
  }

  /**
   * The tree with the last good value in the place of each that could not be read: what is worth
   * keeping for a restart.
   */
  public KeyTree withLastGood(KeyTree tree) {
    KeyTree good = new KeyTree();
    good.revision(tree.revision());
    tree.values()
        .forEach(
            (key, value) -> {
              Reading reading = readings.get(key);
              byte[] lastGood = reading == null ? null : reading.goodValue;
              good.put(key, lastGood == null ? value : lastGood);
            });
    return good;
  }

  private Reading reading(String key, byte[] value) {
    Reading before = readings.get(key);
    if (before != null && before.value == value) {
      return before;
    }
    List<Problem> problems = new ArrayList<>();
    Object lastGood = before == null ? null : before.record;
    byte[] goodValue = value;
    Object record;
    try {
      record = record(key, value, problems);
      if (record != null && record.equals(lastGood)) {
        record = lastGood;
      }
    } catch (JsonRecord.BadValue bad) {
      problems.clear();
      problems.add(bad.problem());
      record = lastGood;
      goodValue = before == null ? null : before.goodValue;
    }
    return new Reading(value, goodValue, record, List.copyOf(problems));
  }

  private static @Nullable Object record(String key, byte[] value, List<Problem> problems)
      throws JsonRecord.BadValue {
    return switch (Key.parse(key)) {
      case Key.OfListener(String id) -> Listener.read(id, JsonRecord.parse(key, value, problems));
      case Key.OfFrontend(String id) -> Frontend.read(id, JsonRecord.parse(key, value, problems));
      case Key.OfBackend(String id) -> Backend.read(id, JsonRecord.parse(key, value, problems));
      case Key.OfServer(String backendId, String id) ->
          Server.read(backendId, id, JsonRecord.parse(key, value, problems));
      case Key.OfMiddleware(String frontendId, String id) ->
          Middleware.read(frontendId, id, JsonRecord.parse(key, value, problems));
      case Key.OfHost(String name) -> Host.read(name, JsonRecord.parse(key, value, problems));
      case Key.OfSluice() -> null;
      case Key.Unknown() -> {
        problems.add(Problem.warning(key, "a key that means nothing", Key.SHAPES));
        yield null;
      }
    };
  }

  /**
   * Uses the previous list wherever all of its records are still the same, so that what was
   * compiled from it can stay.
   */
  private static <T> Map<String, List<T>> keepSame(
      Map<String, List<T>> fresh, Map<String, List<T>> previous) {
    fresh.replaceAll(
        (id, list) -> {
          List<T> before = previous.get(id);
          return before != null && sameRecords(before, list) ? before : list;
        });
    return fresh;
  }

  /** The previous map where all of its records are still the same. */
  private static <T> Map<String, T> sameRecords(Map<String, T> fresh, Map<String, T> previous) {
    return fresh.equals(previous) ? previous : fresh;
  }

  private static <T> boolean sameRecords(List<T> before, List<T> now) {
    if (before.size() != now.size()) {
      return false;
    }
    for (int i = 0; i < now.size(); i++) {
      if (!before.get(i).equals(now.get(i))) {
        return false;
      }
    }
    return true;
  }
}
