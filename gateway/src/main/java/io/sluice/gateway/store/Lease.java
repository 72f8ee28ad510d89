package io.sluice.gateway.store;

import java.io.IOException;
import java.time.Duration;

/** A lease in the store: what hangs on it goes when it is not renewed in time. One thread. */
public final class Lease {
  private final EtcdConnection connection;
  private final Duration time;
  private long id;

  public Lease(EtcdConnection connection, Duration time) {
    this.connection = connection;
    this.time = time;
  }

  /** How often it has to be renewed at least. */
  public Duration renewEvery() {
    return time.dividedBy(3);
  }

  /**
   * Renews it, or gets a new one where there is none any more.
   *
   * @return whether it is a new one, on which nothing hangs yet
   */
  public boolean renew() throws IOException, InterruptedException {
    if (id != 0) {
      try {
        long left =
            EtcdConnection.await(connection.client().getLeaseClient().keepAliveOnce(id)).getTTL();
        if (left > 0) {
          return false;
        }
      } catch (IOException refused) {
        if (!String.valueOf(refused.getMessage()).contains("lease not found")) {
          throw refused;
        }
      }
      id = 0;
    }
    id = EtcdConnection.await(connection.client().getLeaseClient().grant(time.toSeconds())).getID();
    return true;
  }

  /** 0 before the first {@link #renew}. */
  public long id() {
    return id;
  }

  /** Ends it, and what hangs on it with it. */
  public void revoke() throws IOException, InterruptedException {
    if (id != 0) {
      EtcdConnection.await(connection.client().getLeaseClient().revoke(id));
      id = 0;
    }
  }
}
