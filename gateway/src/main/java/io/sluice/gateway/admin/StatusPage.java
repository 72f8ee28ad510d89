package io.sluice.gateway.admin;

import io.sluice.gateway.config.Problem;
import io.sluice.gateway.config.Server;
import io.sluice.gateway.control.ControlStatus;
import io.sluice.gateway.control.SourceStatus;
import io.sluice.gateway.memory.Ledger;
import io.sluice.gateway.table.RoutingTable;
import io.sluice.gateway.upstream.Candidate;
import io.sluice.gateway.upstream.Endpoint;
import io.sluice.gateway.upstream.EndpointKey;
import io.sluice.gateway.upstream.HealthChecker;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What {@code /status} answers: everything that a gateway knows of itself. */
final class StatusPage {
  private static final Set<String> WELL =
      Set.of(Candidate.State.READY.name(), Candidate.State.UNCHECKED.name());

  private StatusPage() {}

  /**
   * What of it changes from moment to moment: without the endpoints, and of the candidates so many,
   * those in trouble first; {@code candidates_total} says how many there are.
   */
  static JsonObject brief(AdminServer.Subject subject, int mostCandidates) {
    JsonObject page = page(subject, null);
    JsonArray all = page.getJsonArray("candidates");
    List<JsonObject> first =
        all.stream()
            .map(JsonObject.class::cast)
            .sorted(Comparator.comparing(each -> WELL.contains(each.getString("state"))))
            .limit(mostCandidates)
            .toList();
    return page.put("candidates", new JsonArray(first)).put("candidates_total", all.size());
  }

  /** All of it. */
  static JsonObject of(AdminServer.Subject subject) {
    return page(subject, endpoints(subject));
  }

  /**
   * @param endpoints null where they are not wanted
   */
  private static JsonObject page(AdminServer.Subject subject, @Nullable JsonArray endpoints) {
    ControlStatus status = subject.status().get();
    RoutingTable table = status.table();
    List<String> unbound = subject.unbound().get();
    JsonArray listeners = new JsonArray();
    table
        .allListeners()
        .forEach(
            listener ->
                listeners.add(
                    new JsonObject()
                        .put("id", listener.id())
                        .put("address", listener.written().address())
                        .put("scope", listener.written().scope())
                        .put("default", listener.written().isDefault())
                        .put("bound", !unbound.contains(listener.id()))));
    Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    List<Server> unconfirmed = unconfirmed(status);
    JsonArray candidates = new JsonArray();
    for (HealthChecker.Wanted each : table.candidates()) {
      Candidate candidate = each.candidate();
      Endpoint endpoint = candidate.endpoint();
      // The state first: what it was in before may end by being looked at.
      String state = candidate.state().name();
      candidates.add(
          new JsonObject()
              .put("backend", each.backendId())
              .put("endpoint", endpoint.name())
              .put("host", endpoint.key().host())
              .put("port", endpoint.key().port())
              .put("weight", candidate.weight())
              .put("state", state)
              .put("since", now.minus(candidate.health().inStateFor()).toString())
              .put("last_error", candidate.health().lastError())
              .put("in_flight", endpoint.inFlight())
              .put("exchanges", endpoint.exchanges())
              .put("failures", endpoint.failures())
              .put("unconfirmed", isOneOf(unconfirmed, each)));
    }
    JsonArray problems = new JsonArray();
    for (Problem problem : status.problems()) {
      problems.add(
          new JsonObject()
              .put("level", problem.level().name().toLowerCase(Locale.ROOT))
              .put("where", problem.where())
              .put("found", problem.found())
              .put("expected", problem.expected()));
    }
    JsonObject page =
        new JsonObject()
            .put("id", subject.id())
            .put("revision", table.revision())
            .put("table_version", table.version())
            .put("source", status.origin())
            .put("applied_at", status.appliedAt().toString())
            .put("draining", subject.draining().getAsBoolean())
            .put("in_flight", subject.inFlight().getAsInt())
            .put("client_connections", subject.connections().getAsInt())
            .put("memory", memory(subject))
            .put("store", store(status.source()))
            .put("frontends", table.frontends().size())
            .put("backends", table.backends().size())
            .put("listeners", listeners);
    if (endpoints != null) {
      page.put("endpoints", endpoints);
    }
    return page.put("candidates", candidates).put("problems", problems);
  }

  private static JsonArray endpoints(AdminServer.Subject subject) {
    JsonArray endpoints = new JsonArray();
    subject.endpoints().get().stream()
        .sorted(Comparator.comparing(Endpoint::key))
        .forEach(
            endpoint ->
                endpoints.add(
                    new JsonObject()
                        .put("endpoint", endpoint.name())
                        .put("state", endpoint.state().name())
                        .put("host", endpoint.key().host())
                        .put("port", endpoint.key().port())
                        .put("in_flight", endpoint.inFlight())
                        .put("connections", endpoint.connections())
                        .put("exchanges", endpoint.exchanges())
                        .put("failures", endpoint.failures())));
    return endpoints;
  }

  private static List<Server> unconfirmed(ControlStatus status) {
    Set<String> keys = status.source().unconfirmed();
    return keys.isEmpty()
        ? List.of()
        : status.table().config().servers().values().stream()
            .flatMap(List::stream)
            .filter(each -> keys.contains(each.key()))
            .toList();
  }

  private static boolean isOneOf(List<Server> servers, HealthChecker.Wanted wanted) {
    EndpointKey at = wanted.candidate().endpoint().key();
    return servers.stream()
        .anyMatch(
            each ->
                each.backendId().equals(wanted.backendId())
                    && each.host().equals(at.host())
                    && each.port() == at.port());
  }

  /** What is kept for strangers, by budget. */
  private static JsonArray memory(AdminServer.Subject subject) {
    JsonArray budgets = new JsonArray();
    for (Ledger.Use use : subject.memory().get()) {
      budgets.add(
          new JsonObject()
              .put("budget", use.budget().label())
              .put("used_bytes", use.used())
              .put("limit_bytes", use.most())
              .put("refused", use.refused()));
    }
    return budgets;
  }

  private static JsonObject store(SourceStatus source) {
    return new JsonObject()
        .put("connected", source.connected())
        .put("since", source.since().toString())
        .put("detail", source.detail())
        .put("held", source.held())
        .put("drifts", source.drifts())
        .put("unconfirmed", new JsonArray(source.unconfirmed().stream().sorted().toList()));
  }
}
