package io.sluice.gateway.control;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.options.PutOption;
import io.sluice.gateway.config.GatewayStatus;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the fleet, under a lease, what this gateway has applied, whenever that changes. A thread of
 * its own, so that a slow store never holds up a new table.
 */
public final class Presence implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Presence.class);
  private static final Duration LEASE = Duration.ofSeconds(10);
  private static final long PAUSE_MILLIS = 1_000;
  private static final long STOP_MILLIS = 6_000;

  private final EtcdConnection connection;
  private final Lease lease;
  private final Supplier<GatewayStatus> status;
  private final Semaphore news = new Semaphore(0);
  private final Thread thread = Thread.ofPlatform().name("presence").unstarted(this::run);
  private @Nullable GatewayStatus told;
  private boolean complained;
  private volatile boolean stopping;

  /**
   * @param status what there is to tell; any thread
   * @throws IOException when a password or certificate file cannot be read
   */
  public Presence(EtcdSettings settings, Supplier<GatewayStatus> status) throws IOException {
    this.connection = new EtcdConnection(settings);
    this.lease = new Lease(connection, LEASE);
    this.status = status;
  }

  public void start() {
    thread.start();
  }

  /** Something may be different. Any thread. */
  public void tell() {
    news.release();
  }

  private void run() {
    long renewedNanos = System.nanoTime() - LEASE.toNanos();
    try {
      while (!stopping) {
        try {
          if (System.nanoTime() - renewedNanos >= lease.renewEvery().toNanos()) {
            // What somebody else has written there is not what this gateway says.
            told = lease.renew() || !stands(told) ? null : told;
            renewedNanos = System.nanoTime();
          }
          GatewayStatus now = status.get();
          if (!now.equals(told)) {
            put(now);
            told = now;
          }
          complained = false;
          news.tryAcquire(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
          news.drainPermits();
        } catch (IOException | RuntimeException unreachable) {
          if (!complained) {
            LOG.warn("the fleet is not told what is served: {}", unreachable.getMessage());
            complained = true;
          }
          told = null;
          Thread.sleep(PAUSE_MILLIS);
        }
      }
    } catch (InterruptedException stopped) {
      LOG.debug("the presence thread ends");
    }
  }

  private boolean stands(@Nullable GatewayStatus last) throws IOException, InterruptedException {
    if (last == null) {
      return false;
    }
    var found =
        EtcdConnection.await(
                connection.client().getKVClient().get(connection.key(GatewayStatus.key(last.id()))))
            .getKvs();
    return found.size() == 1
        && Arrays.equals(found.getFirst().getValue().getBytes(), last.toJson());
  }

  private void put(GatewayStatus now) throws IOException, InterruptedException {
    EtcdConnection.await(
        connection
            .client()
            .getKVClient()
            .put(
                connection.key(GatewayStatus.key(now.id())),
                ByteSequence.from(now.toJson()),
                PutOption.builder().withLeaseId(lease.id()).build()));
  }

  /** Leaves the fleet at once; where the store is away, its lease runs out. */
  @Override
  public void close() {
    stopping = true;
    news.release();
    try {
      thread.join(STOP_MILLIS);
      if (!complained) {
        lease.revoke();
      }
    } catch (IOException away) {
      LOG.warn("the fleet learns late that this gateway has left: {}", away.getMessage());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    connection.close();
  }
}
