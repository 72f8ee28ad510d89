package io.sluice.gateway.acme;

import io.sluice.gateway.config.AcmeAccount;
import io.sluice.gateway.config.AcmePause;
import io.sluice.gateway.config.AcmeProof;
import io.sluice.gateway.config.IssuedCertificate;
import io.sluice.gateway.config.SealKeys;
import io.sluice.gateway.fleet.Fleet;
import io.sluice.gateway.store.EtcdStore;
import io.sluice.gateway.store.EtcdStore.Change;
import io.sluice.gateway.store.EtcdStore.Conflict;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the gateways of a fleet keep together of certificates that are got. One thread. */
final class AcmeStore implements CertificateKeeper.Kept {
  private static final Logger LOG = LoggerFactory.getLogger(AcmeStore.class);
  private static final String LOCK = "acme/lock";

  /** Longer than one certificate may take. */
  private static final Duration LEASE = Duration.ofMinutes(5);

  private static final Duration PROOF_LEASE = Duration.ofMinutes(10);
  private static final Duration ALL_KNOW = Duration.ofSeconds(10);

  private final EtcdStore store;
  private final SealKeys seals;
  private final String gateway;

  AcmeStore(EtcdStore store, SealKeys seals, String gateway) {
    this.store = store;
    this.seals = seals;
    this.gateway = gateway;
  }

  /** Whether this gateway is the one that asks, for some minutes from now on. */
  @Override
  public boolean asks() throws IOException, InterruptedException {
    long lease = store.renewLease(LEASE);
    EtcdStore.Stored holder = store.find(LOCK);
    if (holder != null) {
      return holder.lease() == lease;
    }
    return put(new Change(LOCK, "{\"Gateway\":\"" + gateway + "\"}", 0, lease)) != null;
  }

  /** The revision; null when somebody else was there before. */
  private @Nullable Long put(Change change) throws IOException, InterruptedException {
    try {
      return store.commit(List.of(change));
    } catch (Conflict another) {
      LOG.debug("{}", another.getMessage());
      return null;
    }
  }

  /**
   * The fleet's account with an authority.
   *
   * @param first the key of a new one, PEM
   */
  AcmeAccount account(URI directory, Supplier<String> first)
      throws IOException, InterruptedException {
    String key = AcmeAccount.key(directory);
    EtcdStore.Stored known = store.find(key);
    if (known == null) {
      AcmeAccount made = new AcmeAccount(directory, first.get());
      if (put(new Change(key, made.toJson(seals), 0, 0)) != null) {
        return made;
      }
      known = store.find(key);
    }
    if (known == null) {
      throw new IOException(key + ": found it removed meanwhile");
    }
    return AcmeAccount.read(directory, known.value(), seals);
  }

  /** Returns when every gateway alive answers with the proof, or after some seconds. */
  void prove(AcmeProof proof) throws IOException, InterruptedException {
    long lease = store.grantLease(PROOF_LEASE);
    String key = AcmeProof.key(proof.token());
    Long revision = put(new Change(key, proof.toJson(), Change.ANY, lease));
    if (revision != null) {
      List<String> behind = new Fleet(store).await(revision, ALL_KNOW);
      behind.forEach(each -> LOG.warn("an authority is about to ask, but {}", each));
    }
  }

  void forget(AcmeProof proof) throws IOException, InterruptedException {
    put(new Change(AcmeProof.key(proof.token()), null, Change.ANY, 0));
  }

  /** The certificate of a host that is there, whether or not this gateway serves it yet. */
  @Override
  public @Nullable IssuedCertificate issued(String name) throws IOException, InterruptedException {
    EtcdStore.Stored there = store.find(IssuedCertificate.key(name));
    return there == null ? null : IssuedCertificate.read(name, there.value(), seals);
  }

  /** Until when nobody asks for a host, whoever has found that out. */
  @Override
  public @Nullable AcmePause paused(String name) throws IOException, InterruptedException {
    EtcdStore.Stored there = store.find(AcmePause.key(name));
    return there == null ? null : AcmePause.read(there.value());
  }

  /** Nobody asks for a host for a while; the next pause is longer, if it comes soon. */
  @Override
  public void pause(String name, AcmePause pause) throws IOException, InterruptedException {
    long lease = store.grantLease(pause.length().multipliedBy(3));
    put(new Change(AcmePause.key(name), pause.toJson(), Change.ANY, lease));
  }

  @Override
  public void keep(IssuedCertificate certificate) throws IOException, InterruptedException {
    String key = IssuedCertificate.key(certificate.name());
    put(new Change(key, certificate.toJson(seals), Change.ANY, 0));
  }

  /** Lets another gateway ask. */
  @Override
  public void close() {
    try {
      store.revokeLease();
    } catch (IOException away) {
      LOG.debug("the lock runs out by itself: {}", away.getMessage());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    store.close();
  }
}
