package io.sluice.gtin.registration;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.PutOption;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Server keys under one lease: put in one transaction, renewed three times in the lease's time, put
 * again when the lease was lost, and revoked on {@link #withdraw}. A service that dies leaves
 * nothing behind once its lease has run out.
 *
 * <p>What an operator has made of a key meanwhile, such as a server that is drained, is looked at
 * with each renewal and put again as it was: a store that was away takes nobody back into service.
 */
public final class Registration {
  private static final Logger LOG = LoggerFactory.getLogger(Registration.class);
  private static final Duration CALL_LIMIT = Duration.ofSeconds(3);
  private static final long RETRY_MILLIS = 1_000;

  private final Client client;
  private final Map<String, ByteSequence> values = new LinkedHashMap<>();
  private final Duration leaseTime;
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final Thread thread =
      Thread.ofPlatform().name("registration").daemon().unstarted(this::keepRegistered);
  private volatile long lease;
  private boolean registered;
  private boolean complained;

  private Registration(Client client, Map<String, String> keys, Duration leaseTime) {
    this.client = client;
    keys.forEach((key, value) -> values.put(key, bytes(value)));
    this.leaseTime = leaseTime;
  }

  /**
   * Registers and stays registered until {@link #withdraw}.
   *
   * @param keys full keys and their JSON values
   * @param leaseTime after which a service that died is gone
   * @throws IOException when a password or certificate file cannot be read
   */
  public static Registration start(EtcdAccess etcd, Map<String, String> keys, Duration leaseTime)
      throws IOException {
    Registration registration = new Registration(etcd.client(CALL_LIMIT), keys, leaseTime);
    registration.thread.start();
    return registration;
  }

  /**
   * Takes the keys away and stops renewing. When etcd cannot be reached the lease ends by itself.
   */
  public void withdraw() throws InterruptedException {
    stopping.countDown();
    thread.join();
    if (lease != 0) {
      try {
        await(client.getLeaseClient().revoke(lease));
        LOG.info("withdrew {}", values.keySet());
      } catch (EtcdUnavailable away) {
        LOG.warn("could not withdraw, the lease ends within {}: {}", leaseTime, away.getMessage());
      }
    }
    client.close();
  }

  private void keepRegistered() {
    try {
      boolean stopped = false;
      while (!stopped) {
        long pause = RETRY_MILLIS;
        try {
          if (registered) {
            renew();
            look();
          } else {
            register();
          }
          complained = false;
          pause = registered ? leaseTime.toMillis() / 3 : 0;
        } catch (EtcdUnavailable away) {
          if (!complained) {
            LOG.warn("etcd is not reachable, trying again: {}", away.getMessage());
            complained = true;
          }
        } catch (RuntimeException unexpected) {
          LOG.error("registering failed, trying again", unexpected);
        }
        stopped = stopping.await(pause, TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void register() throws EtcdUnavailable, InterruptedException {
    // Kept even if the answer to what follows is lost: the keys may hang on it, and withdrawing
    // revokes it.
    if (lease == 0) {
      lease = await(client.getLeaseClient().grant(leaseTime.toSeconds())).getID();
    } else {
      renew();
    }
    if (lease == 0) {
      return;
    }
    PutOption underLease = PutOption.builder().withLeaseId(lease).build();
    Op[] puts =
        values.entrySet().stream()
            .map(entry -> Op.put(bytes(entry.getKey()), entry.getValue(), underLease))
            .toArray(Op[]::new);
    await(client.getKVClient().txn().Then(puts).commit());
    registered = true;
    LOG.info("registered {}", values.keySet());
  }

  /** A lease that the store does not know any more has to be replaced, and the keys with it. */
  private void renew() throws EtcdUnavailable, InterruptedException {
    try {
      if (await(client.getLeaseClient().keepAliveOnce(lease)).getTTL() <= 0) {
        lease = 0;
      }
    } catch (EtcdUnavailable gone) {
      if (String.valueOf(gone.getMessage()).contains("lease not found")) {
        lease = 0;
      } else {
        throw gone;
      }
    }
    if (lease == 0) {
      registered = false;
      LOG.warn("the lease was lost");
    }
  }

  /** Remembers what became of the keys. */
  private void look() throws EtcdUnavailable, InterruptedException {
    if (!registered) {
      return;
    }
    for (Map.Entry<String, ByteSequence> each : values.entrySet()) {
      for (KeyValue now : await(client.getKVClient().get(bytes(each.getKey()))).getKvs()) {
        each.setValue(now.getValue());
      }
    }
  }

  /** A call that was not answered. */
  private static final class EtcdUnavailable extends Exception {
    private static final long serialVersionUID = 1;

    EtcdUnavailable(Throwable cause) {
      super(String.valueOf(cause.getMessage() == null ? cause : cause.getMessage()), cause);
    }
  }

  private static <T> T await(CompletableFuture<T> call)
      throws EtcdUnavailable, InterruptedException {
    try {
      return call.get(CALL_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException failed) {
      throw new EtcdUnavailable(failed.getCause() == null ? failed : failed.getCause());
    } catch (TimeoutException slow) {
      throw new EtcdUnavailable(new TimeoutException("no answer within " + CALL_LIMIT));
    }
  }

  private static ByteSequence bytes(String text) {
    return ByteSequence.from(text, StandardCharsets.UTF_8);
  }
}
