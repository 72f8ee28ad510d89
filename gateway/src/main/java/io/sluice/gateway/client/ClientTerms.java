package io.sluice.gateway.client;

import io.sluice.gateway.config.ClientLimits;
import io.sluice.gateway.config.ClientTimeouts;
import io.sluice.gateway.config.Listener;
import io.sluice.gateway.http.HeadLimits;

/**
 * What a client may take and ask for, as its listener said when it connected; a connection keeps
 * its terms.
 */
record ClientTerms(ClientTimeouts timeouts, ClientLimits limits, HeadLimits headLimits) {
  static ClientTerms of(Listener listener) {
    ClientLimits limits = listener.limits();
    return new ClientTerms(
        listener.timeouts(),
        limits,
        new HeadLimits(
            Math.min(HeadLimits.REQUEST.startLineBytes(), limits.headBytes()),
            limits.headBytes(),
            limits.fields()));
  }
}
