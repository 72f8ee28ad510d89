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
import io.sluice.gateway.admin.AdminServer;
import io.sluice.gateway.client.InheritedSockets;
import io.sluice.gateway.client.ServerSockets;
import io.sluice.gateway.config.GatewayStatus;
import io.sluice.gateway.control.ConfigSource;
import io.sluice.gateway.control.ControlStatus;
import io.sluice.gateway.control.EtcdSource;
import io.sluice.gateway.control.FolderSource;
import io.sluice.gateway.control.Presence;
import io.sluice.gateway.control.Reconciler;
import io.sluice.gateway.exchange.ProxyContext;
import io.sluice.gateway.memory.Budget;
import io.sluice.gateway.memory.Ledger;
import io.sluice.gateway.middleware.Sources;
import io.sluice.gateway.store.EtcdSettings;
import io.sluice.gateway.table.LiveTable;
import io.sluice.gateway.table.MatchFailures;
import io.sluice.gateway.table.RoutingTable;
import io.sluice.gateway.table.TableCompiler;
import io.sluice.gateway.table.TableFollower;
import io.sluice.gateway.telemetry.AccessLog;
import io.sluice.gateway.telemetry.Telemetry;
import io.sluice.gateway.tls.Stapler;
import io.sluice.gateway.upstream.Candidate;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One running gateway: its parts, and the order in which they start and stop. */
public final class Gateway {
  private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);

  private final GatewaySettings settings;
  private final MultiThreadIoEventLoopGroup group;
  private final AccessLog accessLog;
  private final Telemetry telemetry = new Telemetry();
  private final Ledger ledger;
  private final ServerSockets sockets;
  private final Endpoints endpoints;
  private final Stapler stapler;
  private final ConfigSource source;
  private final Reconciler reconciler;
  private final AdminServer admin;
  private final @Nullable Presence presence;
  private volatile boolean draining;

  private Gateway(GatewaySettings settings) throws IOException, InterruptedException {
    this.settings = settings;
    boolean epoll = Epoll.isAvailable();
    IoHandlerFactory handlers = epoll ? new EpollHandlers() : NioIoHandler.newFactory();
    Class<? extends SocketChannel> clientType =
        epoll ? EpollSocketChannel.class : NioSocketChannel.class;
    Class<? extends ServerChannel> serverType =
        epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    this.ledger = Ledger.ofProcess(settings.threads());
    this.accessLog = AccessLog.open(settings.accessLog(), ledger.shared(Budget.LOG));
    this.group = EventLoops.start(settings.threads(), handlers);
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
    this.endpoints = new Endpoints(pools);
    LiveTable live = new LiveTable();
    MatchFailures failures = new MatchFailures();
    ProxyContext context = new ProxyContext(live, telemetry, accessLog, ledger, failures);
    InheritedSockets inherited =
        epoll ? new InheritedSockets(System.getenv()) : new InheritedSockets();
    this.sockets = new ServerSockets(context, group, serverType, inherited, pools);
    TableCompiler compiler =
        new TableCompiler(
            endpoints, telemetry, new Sources(ledger.shared(Budget.SOURCES)), System::nanoTime);
    this.source = source(settings);
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
    this.stapler =
        new Stapler(
            telemetry, address -> forbidden.contains(address.getAddress(), address.getPort()));
    TableFollower stapling = table -> stapler.follow(table.certificates());
    Path state = settings.stateDirectory();
    this.presence =
        settings.etcd() == null ? null : new Presence(settings.etcd(), this::presentStatus);
    TableFollower known = table -> presence == null ? List.of() : presence.problems();
    this.reconciler =
        new Reconciler(
            settings.id(),
            source,
            compiler,
            live,
            List.of(sockets, admitting, asking, stapling, leaving, failures, known),
            endpoints,
            telemetry,
            state);
    telemetry.gauge(
        "sluice_match_failures",
        "Times that a route could not be compared with a request",
        failures,
        MatchFailures::count);
    publishMeters();
    AdminServer.Subject subject =
        new AdminServer.Subject(
            settings.id(),
            reconciler::status,
            endpoints::all,
            telemetry,
            this::isDraining,
            ledger::exchanges,
            ledger::uses,
            sockets::connections,
            source::accept);
    this.admin =
        AdminServer.start(
            subject, settings.adminHost(), settings.adminPort(), settings.adminAccess());
    forbidden.adminIsAt(new InetSocketAddress(settings.adminHost(), admin.port()));
    LOG.info("transport {}, {} event loops", epoll ? "epoll" : "nio", settings.threads());
  }

  /**
   * Builds and starts a gateway. It serves as soon as the source has given its first tree.
   *
   * @throws IOException when a file it needs cannot be read or written
   * @throws IllegalStateException when the admin address cannot be bound
   */
  public static Gateway start(GatewaySettings settings) throws IOException, InterruptedException {
    Gateway gateway = new Gateway(settings);
    if (gateway.presence != null) {
      gateway.reconciler.whenChanged(gateway.presence::tell);
      gateway.presence.start();
    }
    gateway.reconciler.start();
    LOG.info(
        "gateway {} started; admin on {}:{}",
        settings.id(),
        settings.adminHost(),
        gateway.admin.port());
    return gateway;
  }

  /** The port of the admin API. */
  public int adminPort() {
    return admin.port();
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
  public boolean stop() throws InterruptedException, IOException {
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
    reconciler.close();
    source.close();
    if (presence != null) {
      presence.close();
    }
    stapler.close();
    group.shutdownGracefully(0, 2, TimeUnit.SECONDS).await(5, TimeUnit.SECONDS);
    accessLog.close();
    admin.close();
    telemetry.close();
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
            + admin.port(),
        isDraining(),
        status.problems().size(),
        status.problems().stream().limit(GatewayStatus.MOST_PROBLEMS).toList());
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

  private static double count(RoutingTable table, Candidate.State state) {
    return table.candidates().stream().filter(each -> each.candidate().state() == state).count();
  }

  private void publishMeters() {
    telemetry.gauge("sluice_exchanges_in_flight", "Exchanges under way", ledger, Ledger::exchanges);
    for (Candidate.State state : Candidate.State.values()) {
      telemetry.gauge(
          "sluice_endpoints_" + state.name().toLowerCase(Locale.ROOT),
          "Endpoints of backends that are " + state.name().toLowerCase(Locale.ROOT),
          reconciler,
          r -> count(r.status().table(), state));
    }
    for (Budget budget : Budget.values()) {
      String label = budget.label();
      telemetry.gauge(
          "sluice_memory_used_bytes",
          "What is kept for strangers",
          "budget",
          label,
          ledger,
          l -> l.use(budget).used());
      telemetry.gauge(
          "sluice_memory_limit_bytes",
          "What may be kept for strangers",
          "budget",
          label,
          ledger,
          l -> l.use(budget).most());
      telemetry.gauge(
          "sluice_memory_refused",
          "Times that something was turned away or cut for want of room",
          "budget",
          label,
          ledger,
          l -> l.use(budget).refused());
    }
    telemetry.gauge(
        "sluice_client_connections",
        "Open connections of clients",
        sockets,
        ServerSockets::connections);
    telemetry.gauge(
        "sluice_access_log_dropped", "Access log entries lost", accessLog, AccessLog::dropped);
    telemetry.gauge(
        "sluice_config_revision",
        "Revision of the tree that serves",
        reconciler,
        r -> r.status().table().revision());
    telemetry.gauge(
        "sluice_table_version",
        "Tables published by this process",
        reconciler,
        r -> r.status().table().version());
    telemetry.gauge(
        "sluice_config_problems",
        "Problems in the configuration",
        reconciler,
        r -> r.status().problems().size());
    telemetry.gauge(
        "sluice_store_connected",
        "1 while the store can be asked",
        source,
        s -> s.status().connected() ? 1 : 0);
    telemetry.gauge(
        "sluice_store_held",
        "1 while a tree waits for the operator's word",
        source,
        s -> s.status().held().isEmpty() ? 0 : 1);
    telemetry.gauge(
        "sluice_store_drifts",
        "Times the store differed from what its events said",
        source,
        s -> s.status().drifts());
  }
}
