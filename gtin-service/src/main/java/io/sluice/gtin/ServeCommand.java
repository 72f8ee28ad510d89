package io.sluice.gtin;

import io.sluice.gtin.gtin.VariableMeasure;
import io.sluice.gtin.http.Accept;
import io.sluice.gtin.http.Knowledge;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs a service until SIGTERM or SIGINT, then withdraws and drains it. */
@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Runs the lookup service.")
final class ServeCommand implements Callable<Integer> {
  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      defaultValue = "127.0.0.1:9101",
      description = "public address, for reading (${DEFAULT-VALUE})")
  private String listen = "127.0.0.1:9101";

  @Option(
      names = "--private",
      paramLabel = "HOST:PORT",
      defaultValue = "127.0.0.1:9201",
      description = "private address, for everything (${DEFAULT-VALUE})")
  private String privateListen = "127.0.0.1:9201";

  @Option(
      names = "--private-name",
      split = ",",
      paramLabel = "NAME",
      description =
          "a name with dots under which the private address may be asked to change something; with"
              + " a dot in front, all names below it. Addresses, names without dots and .internal,"
              + " .local, .localhost, .home.arpa always may")
  private List<String> privateNames = new ArrayList<>();

  @Mixin private CatalogueOptions catalogue = new CatalogueOptions();

  @Option(
      names = "--local-copy",
      paramLabel = "FILE.db",
      defaultValue = "local-copy.db",
      description =
          "with PostgreSQL: a copy of the catalogue, which answers while the database is away; of"
              + " this process alone (${DEFAULT-VALUE})")
  private Path localCopy = Path.of("local-copy.db");

  @Option(
      names = "--accept",
      paramLabel = "all|gtin-12",
      defaultValue = "all",
      description =
          "gtin-12: only twelve digits are known, as before the change (${DEFAULT-VALUE})")
  private String accept = "all";

  @Mixin private PrefixOptions prefixes = new PrefixOptions();

  @Option(
      names = "--variable-measure",
      paramLabel = "REGION",
      description =
          "de, dk, gb, no or se: numbers that scales of this region print are taken apart, and lead"
              + " to the item that is kept under the number without its measure")
  private @Nullable String region;

  @Mixin private TelemetryOptions telemetry = new TelemetryOptions();

  @Mixin private RegisterOptions register = new RegisterOptions();

  @Option(
      names = "--register-prefix",
      paramLabel = "KEY",
      defaultValue = "/vulcand",
      description = "the folder of the gateways' tree (${DEFAULT-VALUE})")
  private String prefix = "/vulcand";

  @Option(
      names = "--backend",
      paramLabel = "ID",
      defaultValue = "gtin",
      description = "backend to join; the private address joins ID-private (${DEFAULT-VALUE})")
  private String backend = "gtin";

  @Option(
      names = "--advertise",
      paramLabel = "URL",
      description = "what gateways use for the public address (the bound one)")
  private @Nullable URI advertise;

  @Option(names = "--id", paramLabel = "NAME", description = "its name in the backend (gtin-PORT)")
  private @Nullable String id;

  @Option(
      names = "--lease",
      paramLabel = "SECONDS",
      defaultValue = "10",
      description = "a service that died is gone after this (${DEFAULT-VALUE})")
  private int lease = 10;

  @Option(
      names = "--drain-timeout",
      paramLabel = "SECONDS",
      defaultValue = "30",
      description = "how long requests may take to finish on SIGTERM (${DEFAULT-VALUE})")
  private int drainTimeout = 30;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws InterruptedException {
    Signals.survive();
    GtinService service;
    try {
      service = GtinService.start(settings());
    } catch (IOException failed) {
      spec.commandLine().getErr().println("gtin-service: " + failed.getMessage());
      return 1;
    }
    CountDownLatch stopped = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .name("drain")
                .unstarted(
                    () -> {
                      boolean clean = stop(service);
                      stopped.countDown();
                      // A signal's own status would hide whether every request finished.
                      Runtime.getRuntime().halt(clean ? 0 : 1);
                    }));
    stopped.await();
    return 0;
  }

  private static boolean stop(GtinService service) {
    try {
      service.stop();
      return true;
    } catch (IOException | InterruptedException | RuntimeException failed) {
      System.err.println("gtin-service: the drain was cut short: " + failed);
      return false;
    }
  }

  private Settings settings() throws IOException {
    SocketAddress publicAddress = address("--listen", listen);
    SocketAddress privateAddress = address("--private", privateListen);
    Accept accepted =
        Accept.find(accept).orElseThrow(() -> usage("--accept", accept, "all or gtin-12"));
    if (advertise != null
        && (!"http".equals(advertise.getScheme()) || advertise.getHost() == null)) {
      throw usage("--advertise", advertise.toString(), "http://host:port");
    }
    if (drainTimeout < 0) {
      throw usage("--drain-timeout", Integer.toString(drainTimeout), "seconds");
    }
    if (lease < 2) {
      throw usage("--lease", Integer.toString(lease), "at least 2 seconds");
    }
    List<String> names = new ArrayList<>(privateNames);
    names.add(privateAddress.host());
    if (advertise != null) {
      names.add(advertise.getHost());
    }
    String name = id == null ? "gtin-" + publicAddress.port() : id;
    if (!name.matches("[A-Za-z0-9._-]{1,128}")) {
      throw usage("--id", name, "letters, digits, dots, dashes and underscores");
    }
    return new Settings(
        name,
        publicAddress,
        privateAddress,
        names,
        catalogue.address(),
        localCopy,
        accepted,
        new Knowledge(prefixes.prefixes(), region()),
        register.access(),
        prefix.replaceAll("/+$", ""),
        backend,
        advertise,
        Duration.ofSeconds(lease),
        Duration.ofSeconds(drainTimeout),
        telemetry.log(),
        telemetry.spans(name));
  }

  private Optional<VariableMeasure.Region> region() {
    if (region == null) {
      return Optional.empty();
    }
    Optional<VariableMeasure.Region> found = VariableMeasure.Region.find(region);
    if (found.isEmpty()) {
      throw usage("--variable-measure", region, "de, dk, gb, no or se");
    }
    return found;
  }

  private SocketAddress address(String option, String text) {
    int colon = text.lastIndexOf(':');
    String port = text.substring(colon + 1);
    if (colon < 1 || !port.matches("\\d{1,5}") || Integer.parseInt(port) > 65535) {
      throw usage(option, text, "host:port");
    }
    return SocketAddress.inetSocketAddress(
        Integer.parseInt(port), text.substring(0, colon).replaceAll("^\\[|]$", ""));
  }

  private ParameterException usage(String option, String found, String expected) {
    return new ParameterException(
        spec.commandLine(), option + ": found \"" + found + "\", expected " + expected);
  }
}
