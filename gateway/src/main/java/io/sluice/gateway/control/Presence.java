package io.sluice.gateway.control;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.kv.TxnResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.PutOption;
import io.sluice.gateway.config.GatewayStatus;
import io.sluice.gateway.config.Problem;
import io.sluice.gateway.store.EtcdConnection;
import io.sluice.gateway.store.EtcdSettings;
import io.sluice.gateway.store.Lease;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
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
  private static final long NOT_THERE = 0;
  private static final long PAUSE_MILLIS = 1_000;
  private static final long STOP_MILLIS = 6_000;

  private final EtcdConnection connection;
  private final Lease lease;
  private final Supplier<GatewayStatus> status;
  private final Semaphore news = new Semaphore(0);
  private final Thread thread = Thread.ofPlatform().name("presence").unstarted(this::run);
  private @Nullable GatewayStatus told;
  private volatile @Nullable Problem clash;
  private long seen = NOT_THERE;
  private boolean complained;
  private volatile boolean stopping;
  private volatile boolean silent;

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

  /** Whether somebody else speaks for this place now. Any thread. */
  public void silent(boolean now) {
    silent = now;
    news.release();
  }

  /** What stands in the way of being known by this name, or none. Any thread. */
  public List<Problem> problems() {
    Problem now = clash;
    return now == null ? List.of() : List.of(now);
  }

  private void run() {
    long renewedNanos = System.nanoTime() - LEASE.toNanos();
    try {
      while (!stopping) {
        try {
          if (System.nanoTime() - renewedNanos >= lease.renewEvery().toNanos()) {
            if (lease.renew()) {
              seen = NOT_THERE;
              told = null;
            } else if (!stands()) {
              // What somebody else has written there is not what this gateway says.
              told = null;
            }
            renewedNanos = System.nanoTime();
          }
          GatewayStatus now = status.get();
          if (!silent && !now.equals(told)) {
            told = say(now) ? now : null;
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

  /** Whether what was written last is what is there. */
  private boolean stands() throws IOException, InterruptedException {
    ByteSequence key = connection.key(GatewayStatus.key(status.get().id()));
    GetOption keyOnly = GetOption.builder().withKeysOnly(true).build();
    List<KeyValue> found =
        EtcdConnection.await(connection.client().getKVClient().get(key, keyOnly)).getKvs();
    return found.size() == 1 && found.getFirst().getModRevision() == seen;
  }

  /**
   * Writes the key if nobody has it, or it is what this gateway, or the process before it at the
   * same place, has written; false while it is somebody else's.
   */
  private boolean say(GatewayStatus now) throws IOException, InterruptedException {
    ByteSequence key = connection.key(GatewayStatus.key(now.id()));
    TxnResponse answer =
        EtcdConnection.await(
            connection
                .client()
                .getKVClient()
                .txn()
                .If(new Cmp(key, Cmp.Op.EQUAL, CmpTarget.modRevision(seen)))
                .Then(
                    Op.put(
                        key,
                        ByteSequence.from(now.toJson()),
                        PutOption.builder().withLeaseId(lease.id()).build()))
                .Else(Op.get(key, GetOption.DEFAULT))
                .commit());
    if (answer.isSucceeded()) {
      seen = answer.getHeader().getRevision();
      clash = null;
      return true;
    }
    List<KeyValue> found = answer.getGetResponses().getFirst().getKvs();
    if (found.isEmpty()) {
      seen = NOT_THERE;
      return say(now);
    }
    KeyValue holder = found.getFirst();
    GatewayStatus other = gateway(now.id(), holder);
    if (other == null || holder.getLease() == lease.id() || other.isPredecessorOf(now)) {
      seen = holder.getModRevision();
      return say(now);
    }
    clash =
        Problem.error(
            GatewayStatus.key(now.id()),
            "another gateway with this name, at " + other.host() + " " + other.admin(),
            "a name of its own for each gateway (--id); commands do not know this one");
    return false;
  }

  /** Whose key it is; null where no gateway has written it, since that lives under a lease. */
  private static @Nullable GatewayStatus gateway(String id, KeyValue holder) {
    try {
      return holder.getLease() == 0
          ? null
          : GatewayStatus.read(id, holder.getValue().toString(StandardCharsets.UTF_8));
    } catch (IOException noStatus) {
      return null;
    }
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
