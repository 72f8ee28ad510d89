package io.sluice.gateway.table;

import io.sluice.gateway.config.Config;
import io.sluice.gateway.config.Frontend;
import io.sluice.gateway.config.Listener;
import io.sluice.gateway.config.ListenerTls;
import io.sluice.gateway.config.Problem;
import io.sluice.gateway.route.Route;
import io.sluice.gateway.route.RouteIndex;
import io.sluice.gateway.route.RouteSyntaxException;
import io.sluice.gateway.tls.ServerNames;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Compiles the listeners of a {@link Config}: which there are, with which certificates, and which
 * frontends are reached through each.
 */
public final class ListenerCompiler {
  /** What is found wrong with a listener for https that has nothing to show. */
  public static final String NO_KEY_PAIR = "https, and no host with a KeyPair";

  private static final RouteIndex<String> NO_ROUTES = RouteIndex.of(List.of());

  /** More changed routes than this are indexed anew. */
  private static final int MANY = 1_000;

  private ListenerCompiler() {}

  /** By the address that each is bound to. */
  static Map<String, CompiledListener> compile(
      Config config,
      RoutingTable previous,
      FrontendCompiler.Result frontends,
      Predicate<Listener> here,
      List<Problem> problems) {
    Map<String, CompiledListener> before =
        previous.allListeners().stream()
            .collect(Collectors.toMap(CompiledListener::id, listener -> listener));
    Map<String, CompiledListener> accepted = accepted(config, before, here, problems);
    boolean sameReach = defaults(accepted).equals(defaults(before));
    List<String> forAll = defaultIds(accepted);
    Map<String, CompiledListener> listeners = new LinkedHashMap<>();
    for (CompiledListener listener : accepted.values()) {
      CompiledListener last = before.get(listener.id());
      RouteIndex<String> index =
          sameReach && last != null
              ? changed(last.index(), listener.id(), forAll, frontends)
              : RouteIndex.of(entries(listener.id(), forAll, frontends.byId().values()));
      String address = listener.written().address();
      listeners.put(
          // Two of different gateways, which no gateway has.
          listeners.containsKey(address) ? address + ' ' + listener.id() : address,
          new CompiledListener(
              listener.written(),
              listener.scope(),
              names(config, listener, last, problems),
              index));
    }
    return listeners;
  }

  private static RouteIndex<String> changed(
      RouteIndex<String> index,
      String listener,
      List<String> forAll,
      FrontendCompiler.Result frontends) {
    if (frontends.come().size() + frontends.gone().size() > MANY) {
      return RouteIndex.of(entries(listener, forAll, frontends.byId().values()));
    }
    var gone = entries(listener, forAll, frontends.gone());
    var come = entries(listener, forAll, frontends.come());
    return gone.isEmpty() && come.isEmpty() ? index : index.change(gone, come);
  }

  /**
   * Decides which listeners exist, before their routes are indexed. A listener whose new record
   * cannot be used keeps its previous one entirely. If two want an address, the one already bound
   * there keeps it.
   */
  private static Map<String, CompiledListener> accepted(
      Config config,
      Map<String, CompiledListener> before,
      Predicate<Listener> here,
      List<Problem> problems) {
    Map<String, CompiledListener> wanted = new TreeMap<>();
    for (Listener written : config.listeners().values()) {
      if (!here.test(written)) {
        continue;
      }
      CompiledListener last = before.get(written.id());
      try {
        Route scope =
            written.scope().isEmpty()
                ? null
                : FrontendCompiler.parse(written.scope(), last == null ? null : last.scope());
        wanted.put(written.id(), new CompiledListener(written, scope, null, NO_ROUTES));
      } catch (RouteSyntaxException notOne) {
        problems.add(
            Problem.error(
                "listeners/" + written.id() + " Scope", notOne.found(), notOne.expected()));
        if (last != null) {
          wanted.put(written.id(), last);
        }
      } catch (RuntimeException | Error bug) {
        problems.add(Problem.bug("listeners/" + written.id(), bug));
        if (last != null) {
          wanted.put(written.id(), last);
        }
      }
    }
    Map<String, String> holders = new HashMap<>();
    for (CompiledListener listener : wanted.values()) {
      if (isAt(before.get(listener.id()), listener.written().address())) {
        holders.put(listener.written().address(), listener.id());
      }
    }
    Map<String, CompiledListener> accepted = new TreeMap<>();
    for (CompiledListener listener : wanted.values()) {
      String address = listener.written().address();
      String holder = holders.putIfAbsent(address, listener.id());
      CompiledListener first = holder == null ? null : wanted.get(holder);
      boolean apart = first != null && !first.written().mayMeet(listener.written());
      if (holder == null || holder.equals(listener.id()) || apart) {
        accepted.put(listener.id(), listener);
        continue;
      }
      String found = address + ", which is listener " + holder + "'s";
      problems.add(
          Problem.error("listeners/" + listener.id() + " Address", found, "another address"));
      CompiledListener last = before.get(listener.id());
      if (last != null && holders.putIfAbsent(last.written().address(), listener.id()) == null) {
        accepted.put(listener.id(), last);
      }
    }
    return accepted;
  }

  /** The certificates of a listener; null for plain HTTP. */
  private static @Nullable ServerNames names(
      Config config,
      CompiledListener listener,
      @Nullable CompiledListener last,
      List<Problem> problems) {
    ListenerTls tls = listener.written().tls();
    if (tls == null) {
      return null;
    }
    ServerNames names =
        ServerNames.of(
            listener.id(),
            tls,
            config.hosts().values(),
            config.proofs().values(),
            last == null ? null : last.names(),
            problems);
    if (names.isEmpty()) {
      String where = "listeners/" + listener.id() + " Protocol";
      String expected = "a key hosts/<name>/host with a KeyPair";
      boolean soon =
          config.hosts().values().stream()
              .anyMatch(host -> host.autoCert() != null && !host.hasKeyPair());
      problems.add(
          soon
              ? Problem.warning(where, NO_KEY_PAIR + " yet", "that of a host with AutoCert, soon")
              : Problem.error(where, NO_KEY_PAIR, expected));
    }
    return names;
  }

  private static boolean isAt(@Nullable CompiledListener listener, String address) {
    return listener != null && listener.written().address().equals(address);
  }

  /** Which listeners there are, and which of them are default. */
  private static Map<String, Boolean> defaults(Map<String, CompiledListener> listeners) {
    Map<String, Boolean> defaults = new HashMap<>();
    listeners.forEach((id, listener) -> defaults.put(id, listener.written().isDefault()));
    return defaults;
  }

  /** The listeners of frontends that name none: the default ones, or all where none is. */
  private static List<String> defaultIds(Map<String, CompiledListener> listeners) {
    boolean anyDefault =
        listeners.values().stream().anyMatch(listener -> listener.written().isDefault());
    return listeners.values().stream()
        .filter(listener -> listener.written().isDefault() || !anyDefault)
        .map(CompiledListener::id)
        .toList();
  }

  /** The routes among these that are reachable through a listener. */
  private static List<RouteIndex.Entry<String>> entries(
      String listener, List<String> forAll, Collection<CompiledFrontend> frontends) {
    List<RouteIndex.Entry<String>> entries = new ArrayList<>();
    boolean isDefault = forAll.contains(listener);
    for (CompiledFrontend frontend : frontends) {
      Frontend written = frontend.written();
      boolean reachable =
          written.listeners().isEmpty() ? isDefault : written.listeners().contains(listener);
      if (reachable) {
        entries.add(
            new RouteIndex.Entry<>(
                written.id(), written.priority(), frontend.route(), written.id()));
      }
    }
    return entries;
  }
}
