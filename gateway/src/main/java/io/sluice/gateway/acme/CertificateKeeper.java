package io.sluice.gateway.acme;

import io.sluice.gateway.config.AcmePause;
import io.sluice.gateway.config.AutoCert;
import io.sluice.gateway.config.Host;
import io.sluice.gateway.config.IssuedCertificate;
import io.sluice.gateway.config.Problem;
import io.sluice.gateway.config.SealKeys;
import io.sluice.gateway.config.Shown;
import io.sluice.gateway.store.EtcdSettings;
import io.sluice.gateway.store.EtcdStore;
import io.sluice.gateway.table.RoutingTable;
import io.sluice.gateway.table.TableFollower;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.shredzone.acme4j.exception.AcmeException;
import org.shredzone.acme4j.exception.AcmeRateLimitedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that every host with {@link AutoCert} has a certificate, and a new one in time.
 *
 * <p>The control thread says which hosts there are; a thread of its own looks which of them are
 * due, and asks the authority if no other gateway of the fleet does. What was got reaches all, this
 * one too, through the store.
 */
public final class CertificateKeeper implements TableFollower, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CertificateKeeper.class);
  private static final Duration LOOK = Duration.ofSeconds(5);
  private static final Duration FIRST_PAUSE = Duration.ofMinutes(1);
  private static final Duration LONGEST_PAUSE = Duration.ofHours(6);
  private static final Duration UNTIL_SEEN = Duration.ofMinutes(10);
  private static final int MOST_CHARACTERS = 400;
  private static final long STOP_MILLIS = 10_000;

  /** From where certificates come. */
  interface Issuer {
    IssuedCertificate get(String name, AutoCert wanted)
        throws AcmeException, IOException, InterruptedException;
  }

  /** What the gateways of a fleet keep together. */
  interface Kept extends AutoCloseable {
    /** Whether this gateway is the one that asks. */
    boolean asks() throws IOException, InterruptedException;

    /** The certificate of a host that is in the store, whether or not it is served here yet. */
    @Nullable IssuedCertificate issued(String name) throws IOException, InterruptedException;

    /** Until when nobody in the fleet asks for a host. */
    @Nullable AcmePause paused(String name) throws IOException, InterruptedException;

    /** From now on nobody does. */
    void pause(String name, AcmePause pause) throws IOException, InterruptedException;

    /** Keeps one where all gateways see it. */
    void keep(IssuedCertificate certificate) throws IOException, InterruptedException;

    @Override
    void close();
  }

  private final Kept kept;
  private final Issuer issuer;
  private final InstantSource clock;
  private final Semaphore news = new Semaphore(0);
  private final Thread thread = Thread.ofPlatform().name("acme").daemon().unstarted(this::run);

  /** By name; the thread's own. */
  private final Map<String, AcmePause> pauses = new HashMap<>();

  private volatile Map<String, Host> hosts = Map.of();
  private volatile List<Problem> problems = List.of();
  private volatile boolean stopping;
  private boolean complained;

  /**
   * One that gets certificates for all gateways that follow a store.
   *
   * @param seals to keep private keys under, where they can seal
   * @param gateway the name of this one
   * @param trusted certificates that vouch for authorities, PEM; null for those that the JDK knows
   * @param forbidden where no connection may be made, whatever a record says
   * @throws IOException when a file cannot be read
   */
  public static CertificateKeeper of(
      EtcdSettings etcd,
      SealKeys seals,
      String gateway,
      @Nullable Path trusted,
      Predicate<InetSocketAddress> forbidden)
      throws IOException {
    AcmeStore store = new AcmeStore(new EtcdStore(etcd), seals, gateway);
    Issuance issuance = new Issuance(store, Trust.of(trusted), forbidden);
    return new CertificateKeeper(store, issuance::get, InstantSource.system());
  }

  CertificateKeeper(Kept kept, Issuer issuer, InstantSource clock) {
    this.kept = kept;
    this.issuer = issuer;
    this.clock = clock;
  }

  public void start() {
    thread.start();
  }

  @Override
  public List<Problem> follow(RoutingTable table) {
    Map<String, Host> now = table.config().hosts();
    if (now != hosts) {
      hosts = now;
      news.release();
    }
    return problems;
  }

  private void run() {
    try {
      while (!stopping) {
        look();
        boolean told = news.tryAcquire(LOOK.toMillis(), TimeUnit.MILLISECONDS);
        news.drainPermits();
        LOG.trace("looking again{}", told ? ": hosts have changed" : "");
      }
    } catch (InterruptedException stopped) {
      LOG.debug("the thread that gets certificates ends");
    }
  }

  /** Gets what is due, one after the other. */
  void look() throws InterruptedException {
    Map<String, Host> now = hosts;
    pauses.entrySet().removeIf(each -> isOver(each.getValue(), now.get(each.getKey())));
    try {
      for (Host host : now.values()) {
        if (stopping) {
          return;
        }
        AutoCert wanted = wanted(host);
        if (wanted != null && isDue(host, wanted)) {
          if (!kept.asks()) {
            break;
          }
          if (!waits(host, wanted)) {
            get(host.name(), wanted);
          }
        }
      }
      complained = false;
    } catch (IOException | RuntimeException away) {
      if (!complained) {
        LOG.warn("certificates wait for the store: {}", away.getMessage());
        complained = true;
      }
    }
    tell();
  }

  /** Whether a pause is of another wish, or of one that somebody has fulfilled meanwhile. */
  private boolean isOver(AcmePause pause, @Nullable Host host) {
    AutoCert wanted = wanted(host);
    return host == null
        || wanted == null
        || !pause.wanted().equals(wanted.mark())
        || (!pause.found().isEmpty() && LifeSpan.dueAt(host, wanted).isAfter(clock.instant()));
  }

  /**
   * Whether what is due here was got already, by this gateway or another one, and is not served
   * here yet; or was tried, and is to be tried later.
   */
  private boolean waits(Host host, AutoCert wanted) throws IOException, InterruptedException {
    Instant now = clock.instant();
    IssuedCertificate issued = kept.issued(host.name());
    if (issued != null && LifeSpan.dueAt(host.with(issued), wanted).isAfter(now)) {
      pauses.put(host.name(), seen(wanted));
      return true;
    }
    AcmePause paused = kept.paused(host.name());
    if (paused != null && paused.wanted().equals(wanted.mark())) {
      pauses.put(host.name(), paused);
      return paused.until().isAfter(now);
    }
    return false;
  }

  /** It is on its way through the store. */
  private AcmePause seen(AutoCert wanted) {
    return new AcmePause(wanted.mark(), clock.instant().plus(UNTIL_SEEN), Duration.ZERO, "");
  }

  private static @Nullable AutoCert wanted(@Nullable Host host) {
    return host == null ? null : host.autoCert();
  }

  private boolean isDue(Host host, AutoCert wanted) {
    Instant now = clock.instant();
    AcmePause pause = pauses.get(host.name());
    return (pause == null || !pause.until().isAfter(now))
        && !LifeSpan.dueAt(host, wanted).isAfter(now);
  }

  private void get(String name, AutoCert wanted) throws InterruptedException, IOException {
    LOG.info("getting a certificate for {} from {}", name, wanted.directory());
    try {
      kept.keep(issuer.get(name, wanted));
      LOG.info("got a certificate for {}", name);
      pauses.put(name, seen(wanted));
    } catch (AcmeRateLimitedException tooMany) {
      failed(name, wanted, tooMany, tooMany.getRetryAfter().orElse(Instant.MIN));
    } catch (AcmeException | IOException | RuntimeException refused) {
      failed(name, wanted, refused, Instant.MIN);
    }
    tell();
  }

  private void failed(String name, AutoCert wanted, Exception failure, Instant soonest)
      throws InterruptedException, IOException {
    AcmePause before = pauses.get(name);
    Duration twice =
        before == null || before.length().isZero() ? FIRST_PAUSE : before.length().multipliedBy(2);
    Duration length = twice.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : twice;
    Instant until = clock.instant().plus(length);
    String said = failure.getMessage() == null ? failure.toString() : failure.getMessage();
    AcmePause pause =
        new AcmePause(
            wanted.mark(),
            until.isBefore(soonest) ? soonest : until,
            length,
            Shown.text(said, MOST_CHARACTERS));
    pauses.put(name, pause);
    kept.pause(name, pause);
  }

  private void tell() {
    List<Problem> now = new ArrayList<>();
    pauses.forEach(
        (name, pause) -> {
          AutoCert wanted = wanted(hosts.get(name));
          if (wanted != null && !pause.found().isEmpty()) {
            now.add(
                Problem.warning(
                    "hosts/" + name + "/host AutoCert",
                    "no certificate: " + pause.found(),
                    "one from "
                        + wanted.directory()
                        + "; tried again "
                        + pause.until().truncatedTo(ChronoUnit.SECONDS)));
          }
        });
    problems = List.copyOf(now);
  }

  @Override
  public void close() {
    stopping = true;
    thread.interrupt();
    try {
      thread.join(STOP_MILLIS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    kept.close();
  }
}
