package io.sluice.gateway.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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

  private final Map<String, Reading> readings = new HashMap<>();
  private final HostMap hosts = new HostMap();
  private final IdMap.Editor<AcmeProof> proofs = IdMap.<AcmeProof>empty().edit();
  private final IdMap.Editor<Listener> listeners = IdMap.<Listener>empty().edit();
  private final IdMap.Editor<Frontend> frontends = IdMap.<Frontend>empty().edit();
  private final IdMap.Editor<Backend> backends = IdMap.<Backend>empty().edit();
  private final RecordLists<Server> servers = new RecordLists<>(Comparator.comparing(Server::id));
  private final RecordLists<Middleware> middlewares = new RecordLists<>(RUN_ORDER);
  private final TreeMap<String, List<Problem>> problems = new TreeMap<>();
  private final IdMap.Editor<byte[]> lastGood = IdMap.<byte[]>empty().edit();

  private final SealKeys seals;

  /** One that opens nothing that is sealed. */
  public ConfigReader() {
    this(SealKeys.none());
  }

  public ConfigReader(SealKeys seals) {
    this.seals = seals;
  }

  /** What was read last to its end, so that what is tried again after a failure is all of it. */
  private KeyTree last = KeyTree.EMPTY;

  /** Reads what is not the same as in the tree that was read before. */
  public Config read(KeyTree tree) {
    for (String key : last.differences(tree)) {
      byte[] value = tree.find(key);
      Reading before = readings.get(key);
      if (before != null && before.value == value) {
        continue;
      }
      if (value == null) {
        if (before != null) {
          readings.remove(key);
          replace(before.record, null);
        }
        problems.remove(key);
        lastGood.remove(key);
        continue;
      }
      Reading now = reading(key, value);
      readings.put(key, now);
      if (KeyTree.isServed(key)) {
        lastGood.put(key, now.goodValue == null ? value : now.goodValue);
      }
      replace(before == null ? null : before.record, now.record);
      if (now.problems.isEmpty()) {
        problems.remove(key);
      } else {
        problems.put(key, now.problems);
      }
    }
    last = tree;
    return new Config(
        tree.revision(),
        hosts.done(),
        listeners.done(),
        frontends.done(),
        backends.done(),
        servers.snapshot(),
        middlewares.snapshot(),
        withoutForm(),
        proofs.done(),
        problems.values().stream().flatMap(List::stream).toList());
  }

  /** Puts what a key says now in the place of what it said before; either may be nothing. */
  private void replace(@Nullable Object before, @Nullable Object now) {
    if (before == now) {
      return;
    }
    switch (before) {
      case Host host -> hosts.remove(host);
      case IssuedCertificate issued -> hosts.remove(issued);
      case AcmeProof proof -> proofs.remove(proof.token());
      case Listener listener -> listeners.remove(listener.id());
      case Frontend frontend -> frontends.remove(frontend.id());
      case Backend backend -> backends.remove(backend.id());
      case Server server -> servers.remove(server.backendId(), server);
      case Middleware middleware -> middlewares.remove(middleware.frontendId(), middleware);
      case null, default -> {
        // It said nothing that could be used.
      }
    }
    switch (now) {
      case Host host -> hosts.put(host);
      case IssuedCertificate issued -> hosts.put(issued);
      case AcmeProof proof -> proofs.put(proof.token(), proof);
      case Listener listener -> listeners.put(listener.id(), listener);
      case Frontend frontend -> frontends.put(frontend.id(), frontend);
      case Backend backend -> backends.put(backend.id(), backend);
      case Server server -> servers.add(server.backendId(), server);
      case Middleware middleware -> middlewares.add(middleware.frontendId(), middleware);
      case null, default -> {
        // It says nothing that can be used.
      }
    }
  }

  /** Frontends with a middleware that never had a good form. */
  private Map<String, Problem> withoutForm() {
    Map<String, Problem> without = new HashMap<>();
    problems.forEach(
        (key, list) -> {
          Reading reading = readings.get(key);
          if (reading != null
              && reading.record == null
              && Key.parse(key) instanceof Key.OfMiddleware(String frontendId, String id)) {
            without.putIfAbsent(frontendId, list.getLast());
          }
        });
    return without;
  }

  /**
   * What operators wrote up to the last {@link #read}, with the last good value in the place of
   * each that could not be read: what is worth keeping for a restart. Never changes.
   */
  public Map<String, byte[]> lastGood() {
    return lastGood.done();
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
    } catch (RuntimeException | Error bug) {
      problems.clear();
      problems.add(Problem.bug(key, bug));
      record = lastGood;
      goodValue = before == null ? null : before.goodValue;
    }
    return new Reading(value, goodValue, record, Problem.few(problems));
  }

  private @Nullable Object record(String key, byte[] value, List<Problem> problems)
      throws JsonRecord.BadValue {
    return switch (Key.parse(key)) {
      case Key.OfListener(String id) ->
          Listener.read(id, JsonRecord.parse(key, value, seals, problems));
      case Key.OfFrontend(String id) ->
          Frontend.read(id, JsonRecord.parse(key, value, seals, problems));
      case Key.OfBackend(String id) ->
          Backend.read(id, JsonRecord.parse(key, value, seals, problems));
      case Key.OfServer(String backendId, String id) ->
          Server.read(backendId, id, JsonRecord.parse(key, value, seals, problems));
      case Key.OfMiddleware(String frontendId, String id) ->
          Middleware.read(frontendId, id, JsonRecord.parse(key, value, seals, problems));
      case Key.OfHost(String name) ->
          Host.read(name, JsonRecord.parse(key, value, seals, problems));
      case Key.OfIssued(String name) ->
          IssuedCertificate.read(name, JsonRecord.parse(key, value, seals, problems));
      case Key.OfProof(String token) ->
          AcmeProof.read(token, JsonRecord.parse(key, value, seals, problems));
      case Key.OfSluice() -> null;
      case Key.Unknown() -> {
        problems.add(Problem.warning(key, Problem.UNKNOWN_KEY, Key.SHAPES));
        yield null;
      }
    };
  }
}
