package io.sluice.gateway.fleet;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sluice.gateway.config.Server;
import io.sluice.gateway.store.EtcdStore;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A server that is announced under a lease while its check answers: after one good answer, until
 * three bad ones in a row. One thread.
 */
public final class Announcement {
  private static final JsonMapper JSON = new JsonMapper();
  private static final Duration CHECK = Duration.ofSeconds(2);
  private static final Duration BETWEEN_CHECKS = Duration.ofSeconds(1);
  private static final Duration MOMENT = Duration.ofSeconds(2);
  private static final int BAD_ONES = 3;

  private final EtcdStore store;
  private final String backend;
  private final String id;
  private final String key;
  private final URI at;
  private final @Nullable String check;
  private final Duration lease;
  private final Consumer<String> note;
  private final HttpClient http;
  private String record;
  private boolean announced;
  private boolean complained;
  private int bad;
  private long leaseId;
  private long renewedNanos;
  private long checkedNanos;

  /**
   * @param check the path that is asked; null where a connection is enough
   * @param note is told what happens, for people
   */
  public Announcement(
      EtcdStore store,
      String backend,
      String id,
      URI at,
      @Nullable String check,
      Duration lease,
      Consumer<String> note) {
    this.store = store;
    this.backend = backend;
    this.id = id;
    this.key = Kind.SERVER.key(backend + "/" + id);
    this.at = at;
    this.check = check;
    this.lease = lease;
    this.note = note;
    this.http = HttpClient.newBuilder().connectTimeout(CHECK).build();
    this.record = JSON.createObjectNode().put("URL", at.toString()).toString();
    this.checkedNanos = System.nanoTime() - BETWEEN_CHECKS.toNanos();
  }

  /** Looks whether anything is due: a check, or the lease. */
  public void look() throws InterruptedException {
    long now = System.nanoTime();
    boolean due = now - checkedNanos >= BETWEEN_CHECKS.toNanos();
    if (!announced || due) {
      checkedNanos = now;
      bad = isWell() ? 0 : bad + 1;
    }
    try {
      if (!announced && bad == 0) {
        announce();
      } else if (announced && bad >= BAD_ONES) {
        note.accept("sluice: " + key + " does not answer its check and is withdrawn");
        remove();
      } else if (announced && now - renewedNanos >= lease.toNanos() / 3) {
        renew();
      }
      complained = false;
    } catch (IOException away) {
      if (!complained) {
        note.accept("sluice: " + key + ": " + away.getMessage() + "; trying again");
        complained = true;
      }
    }
  }

  private boolean isWell() throws InterruptedException {
    try {
      if (check == null) {
        try (Socket socket = new Socket()) {
          socket.connect(new InetSocketAddress(at.getHost(), at.getPort()), (int) CHECK.toMillis());
          return true;
        }
      }
      HttpRequest request = HttpRequest.newBuilder(at.resolve(check)).timeout(CHECK).build();
      int status = http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
      return status >= 200 && status < 400;
    } catch (IOException unwell) {
      return false;
    }
  }

  private void announce() throws IOException, InterruptedException {
    leaseId = store.renewLease(lease);
    write(record, leaseId);
    renewedNanos = System.nanoTime();
    announced = true;
    note.accept("sluice: " + key + " is announced at " + at);
  }

  /** What an operator has written there since, as a drain, stays when the lease was lost. */
  private void renew() throws IOException, InterruptedException {
    long now = store.renewLease(lease);
    EtcdStore.Stored stored = store.find(key);
    if (stored != null) {
      record = stored.value();
    }
    if (now != leaseId || stored == null || stored.lease() != now) {
      leaseId = now;
      write(record, now);
    }
    renewedNanos = System.nanoTime();
  }

  private long write(@Nullable String value, long under) throws IOException, InterruptedException {
    try {
      return store.commit(List.of(new EtcdStore.Change(key, value, EtcdStore.Change.ANY, under)));
    } catch (EtcdStore.Conflict impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private long remove() throws IOException, InterruptedException {
    announced = false;
    return write(null, 0);
  }

  /**
   * Takes it out and waits until every gateway has let go of it, for so long at most; where the
   * store is away its lease ends by itself. Whoever may not ask for the gateways waits a moment.
   */
  public void withdraw(Duration atMost) throws InterruptedException {
    if (!announced) {
      return;
    }
    try {
      long revision = remove();
      note.accept("sluice: " + key + " is withdrawn");
      store.revokeLease();
      if (!atMost.isZero()) {
        awaitGateways(revision, atMost);
      }
    } catch (IOException away) {
      note.accept("sluice: " + key + " ends with its lease: " + away.getMessage());
    }
  }

  private void awaitGateways(long revision, Duration atMost) throws InterruptedException {
    boolean tls = "https".equals(at.getScheme());
    Server server =
        new Server(
            backend, id, at.getHost().replaceAll("[\\[\\]]", ""), at.getPort(), tls, 1, false);
    Fleet fleet = new Fleet(store);
    try {
      fleet.await(revision, atMost).forEach(line -> note.accept("sluice: " + line));
      new Quiet(fleet).awaitServer(server, atMost).forEach(line -> note.accept("sluice: " + line));
    } catch (IOException unknown) {
      note.accept("sluice: the gateways cannot be asked: " + unknown.getMessage());
      Thread.sleep(MOMENT);
    }
  }
}
