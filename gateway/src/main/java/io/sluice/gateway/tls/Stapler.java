package io.sluice.gateway.tls;

import io.sluice.gateway.config.Ocsp;
import io.sluice.gateway.config.Problem;
import io.sluice.gateway.telemetry.Metric;
import io.sluice.gateway.telemetry.Telemetry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a fresh {@link Staple} for every certificate that wants one.
 *
 * <p>The control thread says which are served; a few threads of its own ask the responders. A
 * certificate is served from the first moment on, without a staple until there is one, and a
 * responder that fails is asked again every minute while the last answer is shown for as long as it
 * holds. The same certificate on several listeners, or written anew, is asked about once.
 */
public final class Stapler implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Stapler.class);
  private static final int AT_ONCE = 4;
  private static final int MOST_BYTES = 64 * 1024;
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration UNTIL_RETRY = Duration.ofMinutes(1);

  private record Key(X509Certificate certificate, Ocsp settings) {}

  private final Map<Key, Subject> subjects = new HashMap<>();
  private final ScheduledExecutorService threads =
      Executors.newScheduledThreadPool(
          AT_ONCE, Thread.ofPlatform().daemon().name("ocsp").factory());
  private final Runnable countFailure;
  private final Predicate<InetSocketAddress> forbidden;
  private @Nullable HttpClient client;

  /**
   * @param telemetry counts questions without an answer as {@code sluice_ocsp_failures_total}
   * @param forbidden where no connection may be made, whatever a record says
   */
  public Stapler(Telemetry telemetry, Predicate<InetSocketAddress> forbidden) {
    this.forbidden = forbidden;
    this.countFailure = telemetry.counter(Metric.OCSP_FAILURES);
  }

  /** From now on these are asked about, and no others. Control thread only. */
  public List<Problem> follow(Collection<ServerNames> served) {
    List<Problem> problems = new ArrayList<>();
    Map<Key, Subject> wanted = new HashMap<>();
    for (ServerNames names : served) {
      for (ServerIdentity identity : names.stapled()) {
        Ocsp settings = Objects.requireNonNull(identity.host().ocsp());
        Key key = new Key(identity.certificate(), settings);
        try {
          Subject subject = wanted.get(key);
          if (subject == null) {
            subject = subjects.get(key);
          }
          if (subject == null) {
            subject = begin(identity, settings);
          }
          wanted.put(key, subject);
          identity.stapleFrom(subject);
        } catch (IllegalArgumentException notAskable) {
          problems.add(
              Problem.warning(
                  "hosts/" + identity.host().name() + "/host OCSP",
                  String.valueOf(notAskable.getMessage()),
                  "a chain with its issuer, and a responder in it or in Responders"));
        }
      }
    }
    subjects.forEach((key, subject) -> subject.over = !wanted.containsKey(key));
    subjects.clear();
    subjects.putAll(wanted);
    return problems;
  }

  private Subject begin(ServerIdentity identity, Ocsp settings) {
    if (!TlsLibrary.STAPLES) {
      throw new IllegalArgumentException("a TLS library that cannot show OCSP answers");
    }
    OcspQuestion question = OcspQuestion.about(identity.chain());
    List<URI> responders =
        settings.responders().isEmpty() ? question.responders() : settings.responders();
    if (responders.isEmpty()) {
      throw new IllegalArgumentException("a certificate that names no responder");
    }
    if (client == null) {
      client = HttpClient.newBuilder().connectTimeout(PATIENCE).build();
    }
    Subject subject = new Subject(identity.host().name(), question, responders, settings, client);
    threads.execute(subject::ask);
    return subject;
  }

  @Override
  public void close() {
    threads.shutdownNow();
    if (client != null) {
      client.shutdownNow();
    }
  }

  /** One certificate that is asked about again and again. */
  final class Subject {
    private final String host;
    private final OcspQuestion question;
    private final List<URI> responders;
    private final Ocsp settings;
    private final HttpClient client;
    private volatile @Nullable Staple staple;
    private volatile boolean over;

    Subject(
        String host,
        OcspQuestion question,
        List<URI> responders,
        Ocsp settings,
        HttpClient client) {
      this.host = host;
      this.question = question;
      this.responders = responders;
      this.settings = settings;
      this.client = client;
    }

    /** The answer to show now, or null. Any thread. */
    byte @Nullable [] current() {
      Staple last = staple;
      return last != null && last.holdsAt(Instant.now()) ? last.response() : null;
    }

    private void ask() {
      if (over) {
        return;
      }
      Staple fresh = null;
      try {
        fresh = first();
      } catch (InterruptedException closing) {
        Thread.currentThread().interrupt();
        return;
      } catch (RuntimeException unexpected) {
        LOG.error("host {}: OCSP failed", host, unexpected);
      }
      if (fresh == null) {
        countFailure.run();
        again(UNTIL_RETRY);
        return;
      }
      if (fresh.revoked()) {
        LOG.warn("host {}: its certificate is revoked, says its issuer", host);
      }
      staple = fresh;
      again(fresh.refreshAfter(Instant.now(), settings.period()));
    }

    private void again(Duration pause) {
      if (!threads.isShutdown()) {
        threads.schedule(this::ask, Math.max(1_000, pause.toMillis()), TimeUnit.MILLISECONDS);
      }
    }

    private @Nullable Staple first() throws InterruptedException {
      for (URI responder : responders) {
        try {
          return question.answer(post(responder), settings.skipSignatureCheck(), Instant.now());
        } catch (IOException | GeneralSecurityException failed) {
          LOG.warn("host {}: OCSP responder {}: {}", host, responder, failed.getMessage());
        }
      }
      return null;
    }

    private byte[] post(URI responder)
        throws IOException, InterruptedException, GeneralSecurityException {
      int port =
          responder.getPort() >= 0
              ? responder.getPort()
              : "https".equals(responder.getScheme()) ? 443 : 80;
      for (InetAddress address : InetAddress.getAllByName(responder.getHost())) {
        if (forbidden.test(new InetSocketAddress(address, port))) {
          throw new IOException("an address that this gateway does not connect to");
        }
      }
      HttpRequest request =
          HttpRequest.newBuilder(responder)
              .timeout(PATIENCE)
              .header("Content-Type", "application/ocsp-request")
              .POST(HttpRequest.BodyPublishers.ofByteArray(question.request()))
              .build();
      var bounded = BodyHandlers.limiting(BodyHandlers.ofByteArray(), MOST_BYTES);
      var asked = client.sendAsync(request, bounded);
      try {
        HttpResponse<byte[]> response = asked.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        if (response.statusCode() != 200) {
          throw new IOException("status " + response.statusCode() + ", expected 200");
        }
        return response.body();
      } catch (TimeoutException slow) {
        asked.cancel(true);
        throw new IOException("no answer within " + PATIENCE.toSeconds() + " s", slow);
      } catch (ExecutionException failed) {
        throw new IOException(String.valueOf(failed.getCause()), failed);
      }
    }
  }
}
