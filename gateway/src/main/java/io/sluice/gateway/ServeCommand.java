package io.sluice.gateway;

import io.netty.channel.epoll.Epoll;
import io.sluice.gateway.admin.AdminAccess;
import io.sluice.gateway.admin.AdminTokens;
import io.sluice.gateway.cli.SealOption;
import io.sluice.gateway.cli.StoreOptions;
import io.sluice.gateway.client.Takeover;
import io.sluice.gateway.client.TakeoverDoor;
import io.sluice.gateway.config.Cidr;
import io.sluice.gateway.config.HostName;
import io.sluice.gateway.middleware.RedisCounts;
import io.sluice.gateway.upstream.ForbiddenAddresses;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs a gateway until SIGTERM or SIGINT, then drains it. */
@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    footer = "%nExample: sluice serve --routes config/routes",
    sortOptions = false,
    description =
        "Runs a gateway. Each option also from the environment (--drain-timeout is"
            + " SLUICE_DRAIN_TIMEOUT) and from a YAML file.")
final class ServeCommand implements Callable<Integer> {
  private static final int THREAD_ENDED = 70;
  private static final Pattern OWN_THREADS =
      Pattern.compile("control|presence|access-log|state|ocsp|loop-.*");
  private static final int MOST_THREADS = 1024;
  private static final long READY_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final long LOOK_MILLIS = 20;

  @Mixin private StoreOptions store = new StoreOptions();
  @Mixin private SealOption seals = new SealOption();

  @Option(
      names = "--etcd-watchdog",
      paramLabel = "SECONDS",
      defaultValue = "15",
      description = "how often the watch is checked (${DEFAULT-VALUE})")
  private int etcdWatchdog = 15;

  @Option(
      names = "--routes",
      paramLabel = "DIR",
      description = "a folder to follow instead of etcd")
  private @Nullable Path routes;

  @Option(
      names = "--admin",
      paramLabel = "HOST:PORT",
      defaultValue = "127.0.0.1:8182",
      description = "where the admin API listens (${DEFAULT-VALUE})")
  private String admin = "127.0.0.1:8182";

  @Option(
      names = "--state-dir",
      paramLabel = "DIR",
      description =
          "where the last good tree is kept (~/.local/state/sluice/ID); \"off\" for nowhere")
  private @Nullable String stateDir;

  @Option(
      names = "--id",
      paramLabel = "NAME",
      description = "the gateway's name (the host's, and the port of --admin)")
  private @Nullable String id;

  @Option(names = "--threads", paramLabel = "N", description = "event loops (one a processor)")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Mixin private AccessLogOptions accessLog = new AccessLogOptions();
  @Mixin private OwnLogOptions ownLog = new OwnLogOptions();

  @Option(
      names = "--drain-timeout",
      paramLabel = "SECONDS",
      defaultValue = "30",
      description = "how long exchanges may take to finish on SIGTERM (${DEFAULT-VALUE})")
  private int drainTimeout = 30;

  @Option(
      names = "--forbid-upstreams",
      paramLabel = "CIDR",
      split = ",",
      defaultValue = ForbiddenAddresses.METADATA,
      description =
          "where no server may be, besides the admin API (${DEFAULT-VALUE}); \"none\" for nowhere")
  private List<String> forbiddenUpstreams = List.of();

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "a YAML file with any of these options as keys")
  @SuppressWarnings("UnusedVariable") // Read before the options are parsed, by LayeredDefaults.
  private @Nullable Path config;

  @Option(
      names = "--admin-open",
      description =
          "lets anybody who reaches the admin API use it, on other addresses than loopback")
  private boolean adminOpen;

  @Option(
      names = "--takeover",
      description =
          "takes the place of the gateway with the same --state-dir: its listening sockets come"
              + " over, and once this one serves, that one drains and ends; starts as ever where"
              + " there is none")
  private boolean takeover;

  @Option(
      names = "--acme-ca",
      paramLabel = "FILE",
      description =
          "certificates (PEM) that vouch for the authority of an AutoCert, where the JDK does not"
              + " know it: one of your own")
  private @Nullable Path acmeCa;

  @Option(
      names = "--redis",
      paramLabel = "URL",
      description =
          "where the gateways of a fleet count together what limits with Fleet allow, such as"
              + " redis://:PASSWORD@127.0.0.1:6379 (rediss for TLS)")
  private @Nullable String redis;

  @Option(
      names = "--otlp",
      paramLabel = "URL",
      description =
          "a collector that spans of exchanges and their tries are sent to (OTLP over HTTP), such"
              + " as http://127.0.0.1:4318")
  private @Nullable URI otlp;

  @Option(
      names = "--trace-sample",
      paramLabel = "SHARE",
      defaultValue = "0.01",
      description =
          "how many requests are recorded whose sender does not say, from 0 to 1"
              + " (${DEFAULT-VALUE}); a frontend's Trace.Sample says it for its own")
  private double traceSample = 0.01;

  @Option(
      names = "--metrics",
      paramLabel = "HOST:PORT",
      description =
          "where /metrics, /healthz and /readyz are open to whoever reaches it, besides the admin"
              + " API")
  private @Nullable String metrics;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws InterruptedException {
    Thread.setDefaultUncaughtExceptionHandler(ServeCommand::onThreadEnded);
    Signals.survive();
    ownLog.apply();
    GatewaySettings settings = settings();
    Gateway gateway;
    try {
      gateway = takeover ? takeOver(settings) : Gateway.start(settings);
    } catch (IOException | IllegalStateException failed) {
      spec.commandLine().getErr().println("sluice: " + failed.getMessage());
      return 1;
    }
    CountDownLatch stopped = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .name("drain")
                .unstarted(
                    () -> {
                      boolean clean = stop(gateway);
                      stopped.countDown();
                      // A signal's own status would hide whether every exchange finished.
                      Runtime.getRuntime().halt(clean ? 0 : 1);
                    }));
    gateway.openDoor(() -> Thread.ofPlatform().name("leave").start(() -> System.exit(0)));
    stopped.await();
    return 0;
  }

  /**
   * Starts with the sockets of the one that runs, and sends it away once this one serves.
   *
   * @throws IOException when this one does not serve in time: the other one stays
   */
  private Gateway takeOver(GatewaySettings settings) throws IOException, InterruptedException {
    Path directory = settings.stateDirectory();
    if (directory == null || !Epoll.isAvailable()) {
      throw new IOException(
          "--takeover: found "
              + (directory == null ? "--state-dir off" : "a system without epoll")
              + ", expected a state directory that the running gateway has, too");
    }
    try (Takeover other = Takeover.begin(TakeoverDoor.file(directory))) {
      if (other == null) {
        return Gateway.start(settings);
      }
      Gateway gateway = Gateway.start(settings, other.sockets());
      long until = System.nanoTime() + READY_NANOS;
      while (!gateway.isReady()) {
        if (System.nanoTime() - until > 0) {
          gateway.stop();
          throw new IOException("--takeover: not ready in time, the running gateway stays");
        }
        TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
      }
      other.ready();
      gateway.closeUnwantedSockets();
      return gateway;
    }
  }

  /**
   * A thread that ends by an error leaves a gateway that lives and serves nobody: the process ends,
   * and whoever watches over it starts another.
   */
  private static void onThreadEnded(Thread thread, Throwable error) {
    System.err.println(
        "sluice: the thread " + thread.getName() + " ended, and the process with it");
    error.printStackTrace();
    if (error instanceof Error || OWN_THREADS.matcher(thread.getName()).matches()) {
      Runtime.getRuntime().halt(THREAD_ENDED);
    }
  }

  private static boolean stop(Gateway gateway) {
    try {
      return gateway.stop();
    } catch (InterruptedException | RuntimeException failed) {
      System.err.println("sluice: the drain was cut short: " + failed);
      return false;
    }
  }

  private GatewaySettings settings() {
    if (store.isGiven() == (routes != null)) {
      throw usage(
          "found "
              + (store.isGiven() ? "both --etcd and --routes" : "neither --etcd nor --routes")
              + ", expected one of them");
    }
    if (threads < 1 || threads > MOST_THREADS) {
      throw usage("--threads: found " + threads + ", expected 1 to " + MOST_THREADS);
    }
    if (drainTimeout < 0 || etcdWatchdog < 1) {
      throw usage("found a negative time, expected seconds");
    }
    InetSocketAddress api = address("--admin", admin);
    String name = id == null ? defaultName(api.getPort()) : id;
    if (!name.matches("[A-Za-z0-9._-]{1,128}")) {
      throw usage(
          "--id: found \"" + name + "\", expected letters, digits, dots, dashes and underscores");
    }
    if (routes != null && !Files.isDirectory(routes)) {
      throw usage(
          "--routes: found no folder " + routes + ", expected one that mirrors the key tree");
    }
    return GatewaySettings.of(
            name, routes == null ? store.settings(Duration.ofSeconds(etcdWatchdog)) : null, routes)
        .stateDirectory(stateDirectory(name))
        .admin(api.getHostString(), api.getPort(), adminAccess(api.getHostString()))
        .threads(threads)
        .log(accessLog.settings())
        .drainTimeout(Duration.ofSeconds(drainTimeout))
        .forbiddenUpstreams(ranges())
        .sealKeys(seals.file())
        .acmeCa(acmeCa)
        .redis(redis())
        .traces(collector())
        .metrics(metrics == null ? null : address("--metrics", metrics))
        .build();
  }

  private GatewaySettings.@Nullable Collector collector() {
    if (!(traceSample >= 0 && traceSample <= 1)) {
      throw usage("--trace-sample: found " + traceSample + ", expected a number from 0 to 1");
    }
    if (otlp == null) {
      return null;
    }
    if (otlp.getHost() == null || !String.valueOf(otlp.getScheme()).matches("https?")) {
      throw usage("--otlp: found \"" + otlp + "\", expected a URL such as http://127.0.0.1:4318");
    }
    return new GatewaySettings.Collector(otlp, traceSample);
  }

  private GatewaySettings.@Nullable Redis redis() {
    if (redis == null) {
      return null;
    }
    if (!RedisCounts.isUrl(redis)) {
      throw usage(
          "--redis: found no URL of a Redis (which may have a password, so it is not shown),"
              + " expected redis://[:PASSWORD@]HOST:PORT[/DATABASE], with %XX for what is special"
              + " in a password");
    }
    return new GatewaySettings.Redis(redis, store.prefix());
  }

  private List<Cidr> ranges() {
    if (forbiddenUpstreams.equals(List.of("none"))) {
      return List.of();
    }
    try {
      return forbiddenUpstreams.stream().map(Cidr::parse).toList();
    } catch (IllegalArgumentException notOne) {
      throw usage(
          "--forbid-upstreams: found \""
              + String.join(",", forbiddenUpstreams)
              + "\", expected addresses such as 10.0.0.0/8 or fe80::/10");
    }
  }

  private AdminAccess adminAccess(String host) {
    StoreOptions.AdminFiles files = store.adminFiles();
    AdminTokens tokens = adminTokens(host, files.clientCa() != null);
    return new AdminAccess(tokens, files.cert(), files.key(), files.clientCa());
  }

  /**
   * An address that other machines reach is never open without a word of the operator's.
   *
   * @param host where the admin API listens
   * @param byCertificate whether clients are known by certificates
   */
  private AdminTokens adminTokens(String host, boolean byCertificate) {
    Path file = store.adminToken();
    if (file != null) {
      try {
        return AdminTokens.read(file);
      } catch (IOException unusable) {
        throw usage("--admin-token: " + unusable.getMessage());
      }
    }
    if (byCertificate) {
      return AdminTokens.nobody();
    }
    if (!AdminAccess.isLoopback(host) && !adminOpen) {
      throw usage(
          "--admin: found \""
              + admin
              + "\", which other machines may reach, expected --admin-token FILE or"
              + " --admin-client-ca FILE with it, or --admin-open where nothing but the operators'"
              + " network leads there");
    }
    return AdminTokens.none();
  }

  /** The address of an option, whose host is looked up by whoever binds it. */
  private InetSocketAddress address(String option, String text) {
    int colon = text.lastIndexOf(':');
    try {
      int port = colon < 1 ? -1 : Integer.parseInt(text.substring(colon + 1));
      if (port >= 0 && port <= 65535) {
        String host = text.substring(0, colon).replaceAll("^\\[|]$", "");
        return InetSocketAddress.createUnresolved(host, port);
      }
    } catch (NumberFormatException notOne) {
      throw usage(option + ": found \"" + text + "\", expected host:port");
    }
    throw usage(option + ": found \"" + text + "\", expected host:port");
  }

  /** No two processes of a fleet have the same, where machines have names of their own. */
  private static String defaultName(int adminPort) {
    return HostName.get() + "-" + (adminPort == 0 ? ProcessHandle.current().pid() : adminPort);
  }

  private @Nullable Path stateDirectory(String name) {
    if ("off".equals(stateDir)) {
      return null;
    }
    if (stateDir != null) {
      return Path.of(stateDir);
    }
    String base = System.getenv("XDG_STATE_HOME");
    Path home =
        base == null || base.isEmpty()
            ? Path.of(System.getProperty("user.home"), ".local", "state")
            : Path.of(base);
    return home.resolve("sluice").resolve(name);
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
