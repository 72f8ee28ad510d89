package io.sluice.gateway;

import io.netty.channel.EventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.sluice.gateway.acme.CertificateKeeper;
import io.sluice.gateway.admin.AdminServer;
import io.sluice.gateway.client.InheritedSockets;
import io.sluice.gateway.client.ServerSockets;
import io.sluice.gateway.client.TakeoverDoor;
import io.sluice.gateway.config.ConfigReader;
import io.sluice.gateway.config.GatewayStatus;
import io.sluice.gateway.config.HostName;
import io.sluice.gateway.config.Problem;
import io.sluice.gateway.config.SealKeys;
import io.sluice.gateway.control.ConfigSource;
import io.sluice.gateway.control.ControlStatus;
import io.sluice.gateway.control.EtcdSource;
import io.sluice.gateway.control.FolderSource;
import io.sluice.gateway.control.Presence;
import io.sluice.gateway.control.Reconciler;
import io.sluice.gateway.exchange.ProxyContext;
import io.sluice.gateway.fleet.RouteTree;
import io.sluice.gateway.memory.Budget;
import io.sluice.gateway.memory.Ledger;
import io.sluice.gateway.middleware.FleetCounts;
import io.sluice.gateway.middleware.RedisCounts;
import io.sluice.gateway.middleware.Sources;
import io.sluice.gateway.middleware.StageContext;
import io.sluice.gateway.store.EtcdSettings;
import io.sluice.gateway.table.CertificateWatch;
import io.sluice.gateway.table.FleetLimits;
import io.sluice.gateway.table.GoneFrontends;
import io.sluice.gateway.table.LiveTable;
import io.sluice.gateway.table.MatchFailures;
import io.sluice.gateway.table.RoutingTable;
import io.sluice.gateway.table.ServerMeters;
import io.sluice.gateway.table.TableCompiler;
import io.sluice.gateway.table.TableFollower;
import io.sluice.gateway.table.UnansweredBackends;
import io.sluice.gateway.table.UnmatchedFrontends;
import io.sluice.gateway.telemetry.AccessLog;
import io.sluice.gateway.telemetry.Metric;
import io.sluice.gateway.telemetry.Telemetry;
import io.sluice.gateway.tls.Stapler;
import io.sluice.gateway.trace.Traces;
import io.sluice.gateway.upstream.Endpoints;
import io.sluice.gateway.upstream.ForbiddenAddresses;
import io.sluice.gateway.upstream.HealthChecker;
import io.sluice.gateway.upstream.HostResolver;
import io.sluice.gateway.upstream.LoopPools;
import io.sluice.gateway.wire.EpollHandlers;
import io.sluice.gateway.wire.Loop;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One running gateway: its parts, and the order in which they start and stop. */
public final class Gateway {
  private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);

  private final GatewaySettings settings;
  private final Parts parts;
  private final Ledger ledger;
  private final ServerSockets sockets;
  private final Reconciler reconciler;
  private final AdminServer.Subject subject;
  private final int adminPort;
  private final @Nullable Presence presence;
  private final @Nullable CertificateKeeper certificates;
  private volatile AdminServer admin;
  private volatile boolean draining;

  /** Makes the parts in the order in which they start; they stop in the opposite one. */
  private Gateway(GatewaySettings settings, List<Integer> handedOver, Parts parts)
      throws IOException, InterruptedException {
    this.settings = settings;
    this.parts = parts;
    boolean epoll = Epoll.isAvailable();
    IoHandlerFactory handlers = epoll ? new EpollHandlers() : NioIoHandler.newFactory();
    Class<? extends SocketChannel> clientType =
        epoll ? EpollSocketChannel.class : NioSocketChannel.class;
    Class<? extends ServerChannel> serverType =
        epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    this.ledger = Ledger.ofProcess(settings.threads());
    Telemetry telemetry = parts.add(new Telemetry(settings.traces() != null).withJvm());
    AccessLog accessLog = parts.add(AccessLog.open(settings.log(), ledger.shared(Budget.LOG)));
    MultiThreadIoEventLoopGroup group = EventLoops.start(settings.threads(), handlers);
    parts.add(() -> group.shutdownGracefully(0, 2, TimeUnit.SECONDS).await(5, TimeUnit.SECONDS));
    HostResolver resolver = new HostResolver();
    ForbiddenAddresses forbidden = new ForbiddenAddresses(settings.forbiddenUpstreams());
    List<LoopPools> pools = new ArrayList<>();
    group.forEach(
        executor ->
            pools.add(
                new LoopPools(
                    new Loop((EventLoop) executor, ledger.loop(pools.size()), System::nanoTime),
                    clientType,
                    resolver,
                    forbidden)));
    Endpoints endpoints = new Endpoints(pools);
    LiveTable live = new LiveTable();
    MatchFailures failures = new MatchFailures();
    Traces traces = traces(settings, telemetry, parts);
    ProxyContext context = new ProxyContext(live, telemetry, accessLog, traces, ledger, failures);
    InheritedSockets inherited =
        epoll ? new InheritedSockets(System.getenv()) : new InheritedSockets();
    inherited.add(handedOver);
    this.sockets = new ServerSockets(context, group, serverType, inherited, pools);
    FleetCounts counts = fleetCounts(settings, telemetry, parts);
    TableCompiler compiler =
        new TableCompiler(
            endpoints,
            telemetry,
            new StageContext(new Sources(ledger.shared(Budget.SOURCES)), System::nanoTime, counts),
            listener -> listener.isFor(settings.id()));
    ConfigSource source = parts.add(source(settings));
    HealthChecker checker = new HealthChecker(pools);
    TableFollower leaving =
        TableFollower.of(
            table -> {
              if (isDraining()) {
                sockets.closeWhenIdle();
              }
            });
    TableFollower admitting =
        TableFollower.of(
            table ->
                table
                    .backends()
                    .values()
                    .forEach(b -> b.admission().places(b.written().limits().maxRequests())));
    TableFollower asking = TableFollower.of(table -> checker.follow(table.candidates()));
    Stapler stapler =
        parts.add(
            new Stapler(
                telemetry, address -> forbidden.contains(address.getAddress(), address.getPort())));
    TableFollower stapling = table -> stapler.follow(table.certificates());
    this.certificates = certificates(settings, forbidden, parts);
    TableFollower getting = certificates != null ? certificates : Gateway::autoCertsWithoutStore;
    Path state = settings.etcd() == null ? null : settings.stateDirectory();
    this.presence =
        settings.etcd() == null
            ? null
            : parts.add(new Presence(settings.etcd(), this::presentStatus));
    TableFollower known = table -> presence == null ? List.of() : presence.problems();
    this.reconciler =
        new Reconciler(
            settings.id(),
            source,
            new ConfigReader(sealKeys(settings)),
            compiler,
            live,
            List.of(
                sockets,
                admitting,
                asking,
                stapling,
                getting,
                leaving,
                failures,
                known,
                new FleetLimits(counts, counts instanceof RedisCounts redis ? redis.address() : ""),
                new UnansweredBackends(telemetry),
                new ServerMeters(telemetry),
                new UnmatchedFrontends(),
                new CertificateWatch(InstantSource.system(), telemetry),
                new GoneFrontends(telemetry),
                TableFollower.of(table -> endpoints.retireExcept(table.wantedEndpoints()))),
            state);
    parts.add(reconciler::close);
    GatewayMeters.publish(telemetry, ledger, sockets, accessLog, reconciler, source, failures);
    RouteTree tree = tree(settings);
    parts.add(tree);
    this.subject =
        new AdminServer.Subject(
            settings.id(),
            reconciler::status,
            endpoints::all,
            telemetry,
            this::isDraining,
            ledger::exchanges,
            ledger::uses,
            sockets::connections,
            sockets::unbound,
            source::accept,
            tree,
            accessLog);
    this.admin = startAdmin(settings.adminPort());
    this.adminPort = admin.port();
    parts.add(() -> admin.close());
    forbidden.adminIsAt(new InetSocketAddress(settings.adminHost(), adminPort));
    LOG.info("transport {}, {} event loops", epoll ? "epoll" : "nio", settings.threads());
  }

  /**
   * Builds and starts a gateway. It serves as soon as the source has given its first tree. One that
   * cannot start leaves nothing of itself behind.
   *
   * @throws IOException when a file it needs cannot be read or written
   * @throws IllegalStateException when the admin address cannot be bound
   */
  public static Gateway start(GatewaySettings settings) throws IOException, InterruptedException {
    return start(settings, List.of());
  }

  /**
   * The same with listening sockets that another one has handed over.
   *
   * @param sockets their file numbers
   */
  public static Gateway start(GatewaySettings settings, List<Integer> sockets)
      throws IOException, InterruptedException {
    Parts parts = new Parts();
    try {
      Gateway gateway = new Gateway(settings, sockets, parts);
      gateway.start();
      return gateway;
    } catch (Throwable failed) {
      parts.stop();
      throw failed;
    }
  }

  private void start() {
    if (presence != null) {
      reconciler.whenChanged(presence::tell);
      presence.start();
    }
    reconciler.start();
    if (certificates != null) {
      certificates.start();
    }
    LOG.info("gateway {} started; admin on {}:{}", settings.id(), settings.adminHost(), adminPort);
  }

  private AdminServer startAdmin(int port) throws InterruptedException {
    return AdminServer.start(
        subject, settings.adminHost(), port, settings.adminAccess(), settings.metrics());
  }

  /** Whether it serves a table whose listeners are all bound. */
  public boolean isReady() {
    return subject.isReady();
  }

  /** Lets go of sockets that were handed over and that no listener wants. */
  public void closeUnwantedSockets() {
    sockets.closeUnwanted();
  }

  /**
   * From now on another one may take its place, where there is a state directory and the system can
   * hand sockets over.
   *
   * @param leave drains and ends it
   */
  public void openDoor(Runnable leave) {
    Path directory = settings.stateDirectory();
    if (directory == null || !Epoll.isAvailable()) {
      return;
    }
    try {
      parts.add(TakeoverDoor.open(directory, new Held(leave)));
    } catch (IOException unusable) {
      LOG.warn("nobody can take the place of this gateway: {}", unusable.getMessage());
    }
  }

  /** What is handed over, and what is left to the other one. */
  private final class Held implements TakeoverDoor.Holder {
    private final Runnable leave;

    Held(Runnable leave) {
      this.leave = leave;
    }

    @Override
    public List<Integer> sockets() {
      return sockets.descriptors();
    }

    @Override
    public void standBack() {
      if (presence != null) {
        presence.silent(true);
      }
      admin.close();
    }

    @Override
    public void stepForward() {
      try {
        admin = startAdmin(adminPort);
      } catch (InterruptedException | IllegalStateException failed) {
        LOG.error("the admin API is gone: {}", failed.getMessage());
      }
      if (presence != null) {
        presence.silent(false);
      }
    }

    @Override
    public void leave() {
      leave.run();
    }
  }

  /** The port of the admin API. */
  public int adminPort() {
    return adminPort;
  }

  /** What the control plane has done so far. */
  public ControlStatus status() {
    return reconciler.status();
  }

  /**
   * Drains and stops: not ready, no new table, no new connection, every response ends its
   * connection, then everything closes.
   *
   * @return whether all exchanges finished in time
   */
  public boolean stop() throws InterruptedException {
    LOG.info("draining: {} exchanges under way", ledger.exchanges());
    draining = true;
    if (presence != null) {
      presence.tell();
    }
    reconciler.stop();
    boolean finished = sockets.drain(settings.drainTimeout());
    if (!finished) {
      LOG.warn(
          "{} exchanges did not finish within {} and are cut",
          ledger.exchanges(),
          settings.drainTimeout());
    }
    parts.stop();
    LOG.info("stopped");
    return finished;
  }

  /** Whether it asks to be given nothing new. */
  private boolean isDraining() {
    return draining || reconciler.isTakenOut();
  }

  private GatewayStatus presentStatus() {
    ControlStatus status = reconciler.status();
    return new GatewayStatus(
        settings.id(),
        status.table().revision(),
        status.table().version(),
        status.source().held().isEmpty() ? status.origin() : GatewayStatus.HELD,
        HostName.get(),
        (settings.adminAccess().isSecure() ? "https://" : "")
            + settings.adminHost()
            + ":"
            + adminPort,
        isDraining(),
        status.problems().size(),
        status.problems().stream().limit(GatewayStatus.MOST_PROBLEMS).toList());
  }

  private static Traces traces(GatewaySettings settings, Telemetry telemetry, Parts parts) {
    GatewaySettings.Collector collector = settings.traces();
    if (collector == null) {
      return Traces.OFF;
    }
    Traces traces = parts.add(Traces.to(collector.url(), collector.share(), settings.id()));
    telemetry.counted(Metric.TRACE_SPANS, traces, Traces::spans);
    telemetry.counted(Metric.TRACE_SPANS_LOST, traces, Traces::lost);
    return traces;
  }

  private static FleetCounts fleetCounts(
      GatewaySettings settings, Telemetry telemetry, Parts parts) {
    GatewaySettings.Redis redis = settings.redis();
    if (redis == null) {
      return FleetCounts.NONE;
    }
    RedisCounts counts = parts.add(new RedisCounts(redis.url(), redis.prefix(), settings.id()));
    telemetry.gauge(Metric.REDIS_CONNECTED, counts, each -> each.isThere() ? 1 : 0);
    telemetry.gauge(Metric.REDIS_GATEWAYS, counts, RedisCounts::gateways);
    return counts;
  }

  /** Null without a store: gateways that do not know of each other would all ask. */
  private static @Nullable CertificateKeeper certificates(
      GatewaySettings settings, ForbiddenAddresses forbidden, Parts parts) throws IOException {
    EtcdSettings etcd = settings.etcd();
    return etcd == null
        ? null
        : parts.add(
            CertificateKeeper.of(
                etcd,
                sealKeys(settings),
                settings.id(),
                settings.acmeCa(),
                address -> forbidden.contains(address.getAddress(), address.getPort())));
  }

  private static List<Problem> autoCertsWithoutStore(RoutingTable table) {
    return table.config().hosts().values().stream()
        .filter(host -> host.autoCert() != null)
        .map(
            host ->
                Problem.warning(
                    "hosts/" + host.name() + "/host AutoCert",
                    "a folder of routes",
                    "etcd, where certificates are kept; or a KeyPair"))
        .toList();
  }

  /** For one thread each. */
  private static SealKeys sealKeys(GatewaySettings settings) throws IOException {
    return settings.sealKeys() == null ? SealKeys.none() : SealKeys.read(settings.sealKeys());
  }

  private static RouteTree tree(GatewaySettings settings) throws IOException {
    EtcdSettings etcd = settings.etcd();
    return etcd != null
        ? RouteTree.of(etcd, sealKeys(settings))
        : RouteTree.of(settings.routes() == null ? Path.of("") : settings.routes());
  }

  private static ConfigSource source(GatewaySettings settings) throws IOException {
    EtcdSettings etcd = settings.etcd();
    if (etcd != null) {
      return new EtcdSource(etcd);
    }
    Path routes = settings.routes();
    if (routes != null) {
      return new FolderSource(routes);
    }
    throw new IllegalArgumentException("found no source, expected etcd or a folder of routes");
  }
}
