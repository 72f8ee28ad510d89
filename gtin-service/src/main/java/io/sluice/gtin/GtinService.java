package io.sluice.gtin;

import io.sluice.gtin.catalog.Catalogue;
import io.sluice.gtin.http.ApiServer;
import io.sluice.gtin.registration.EtcdAccess;
import io.sluice.gtin.registration.Registration;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One running service. Starts from the catalogue up and announces itself last; stops the other way
 * round.
 */
final class GtinService {
  private static final Logger LOG = LoggerFactory.getLogger(GtinService.class);
  private static final String DEMO = "/catalogue/demo.csv";

  /**
   * Time for the gateways to act on the withdrawal before connections close; they take
   * milliseconds.
   */
  private static final Duration SETTLE = Duration.ofMillis(500);

  private final Settings settings;
  private final Catalogue catalogue;
  private final ApiServer server;
  private final @Nullable Registration registration;

  private GtinService(
      Settings settings,
      Catalogue catalogue,
      ApiServer server,
      @Nullable Registration registration) {
    this.settings = settings;
    this.catalogue = catalogue;
    this.server = server;
    this.registration = registration;
  }

  /**
   * Starts a service.
   *
   * @throws IOException when the catalogue or an address cannot be used
   */
  static GtinService start(Settings settings) throws IOException, InterruptedException {
    Catalogue catalogue = Catalogue.open(settings.catalogue(), settings.localCopy());
    fill(catalogue);
    ApiServer server;
    try {
      server =
          ApiServer.start(
              catalogue,
              settings.accept(),
              settings.knowledge(),
              settings.publicAddress(),
              settings.privateAddress(),
              settings.privateNames(),
              settings.log(),
              settings.spans());
    } catch (IOException failed) {
      catalogue.close();
      throw failed;
    }
    server.ready(true);
    LOG.info(
        "{} serves {} items on port {}, private port {}",
        settings.id(),
        catalogue.size(),
        server.publicPort(),
        server.privatePort());
    return new GtinService(settings, catalogue, server, register(settings, server));
  }

  /** Withdraws, waits until nobody sends here any more, finishes what is under way, closes. */
  void stop() throws IOException, InterruptedException {
    if (registration != null) {
      registration.withdraw();
      LockSupport.parkNanos(SETTLE.toNanos());
    }
    server.ready(false);
    server.drain(settings.drainTimeout());
    catalogue.close();
    settings.log().close();
    settings.spans().close();
    LOG.info("stopped");
  }

  private static void fill(Catalogue catalogue) throws IOException {
    try (InputStream demo = GtinService.class.getResourceAsStream(DEMO)) {
      if (demo == null) {
        throw new IOException("the demonstration catalogue is missing from the jar");
      }
      int added = catalogue.fillIfEmpty(demo, "demo.csv");
      if (added > 0) {
        LOG.info("the catalogue was empty: loaded {} demonstration items", added);
      }
    }
  }

  private static @Nullable Registration register(Settings settings, ApiServer server)
      throws IOException {
    EtcdAccess etcd = settings.etcd();
    if (etcd == null) {
      return null;
    }
    URI advertised = settings.advertise();
    String host = advertised == null ? settings.publicAddress().host() : advertised.getHost();
    String publicUrl = advertised == null ? url(host, server.publicPort()) : advertised.toString();
    String privateHost = settings.privateAddress().host();
    boolean everywhere = privateHost.equals("0.0.0.0") || privateHost.equals("::");
    String privateUrl = url(everywhere ? host : privateHost, server.privatePort());
    Map<String, String> keys =
        Map.of(
            key(settings, settings.backend()), "{\"URL\":\"" + publicUrl + "\"}",
            key(settings, settings.backend() + "-private"), "{\"URL\":\"" + privateUrl + "\"}");
    return Registration.start(etcd, keys, settings.lease());
  }

  private static String key(Settings settings, String backend) {
    return settings.prefix() + "/backends/" + backend + "/servers/" + settings.id();
  }

  private static String url(String host, int port) {
    return "http://" + (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}
