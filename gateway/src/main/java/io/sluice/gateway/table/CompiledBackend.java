package io.sluice.gateway.table;

import io.sluice.gateway.config.Backend;
import io.sluice.gateway.config.Server;
import io.sluice.gateway.tls.ClientTls;
import io.sluice.gateway.upstream.Admission;
import io.sluice.gateway.upstream.Balancer;
import io.sluice.gateway.upstream.ConnectionSettings;
import io.sluice.gateway.upstream.EndpointKey;
import io.sluice.gateway.upstream.RetryBudget;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A backend that can be sent to.
 *
 * @param servers the records that the balancer was made from
 * @param wanted the identities of the endpoints that may take new exchanges
 * @param tls how its https servers are reached; null where it has none
 * @param admission who is under way and who waits; lives as long as the backend
 * @param budget how many retries it may cause; lives as long as the backend
 */
public record CompiledBackend(
    Backend written,
    List<Server> servers,
    ConnectionSettings settings,
    Balancer balancer,
    Set<EndpointKey> wanted,
    @Nullable ClientTls tls,
    Admission admission,
    RetryBudget budget) {
  public String id() {
    return written.id();
  }
}
