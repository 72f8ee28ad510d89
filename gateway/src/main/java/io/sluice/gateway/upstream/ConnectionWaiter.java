package io.sluice.gateway.upstream;

import io.sluice.gateway.http.ProxyHeaderWriter;
import io.sluice.gateway.http.Reason;
import org.jspecify.annotations.Nullable;

/**
 * Waits for a connection that {@link LoopPools#acquire} opens. Called once, on the event loop,
 * perhaps before acquire returns.
 */
public interface ConnectionWaiter {
  /** The stream is the waiter's until it is released or closed. */
  void onConnected(UpstreamStream stream);

  void onConnectFailed(Reason reason);

  /** Whose connection is passed on; null for the gateway's own. */
  default ProxyHeaderWriter.@Nullable Ends ends() {
    return null;
  }
}
