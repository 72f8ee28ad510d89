package io.sluice.gateway;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.sluice.gateway.admin.AdminAccess;
import io.sluice.gateway.config.Cidr;
import io.sluice.gateway.config.Shown;
import io.sluice.gateway.store.EtcdSettings;
import io.sluice.gateway.telemetry.LogSettings;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a gateway is started with.
 *
 * @param id its name in the fleet
 * @param etcd the store to follow; null when a folder is followed
 * @param routes the folder to follow; null when etcd is followed
 * @param stateDirectory where the last good tree is kept; null to keep none
 * @param adminHost where the admin API listens
 * @param adminPort 0 for any free one
 * @param threads event loops of the data path
 * @param log the access log
 * @param drainTimeout how long exchanges may take to finish on shutdown
 * @param forbiddenUpstreams where it connects to no server, besides its own admin API
 * @param adminAccess who may use the admin API, and how
 * @param sealKeys the file of the keys that secrets are sealed under; null for none
 * @param acmeCa what vouches for authorities that issue certificates, PEM; null for the JDK's own
 * @param redis where the gateways of a fleet count together; null for nowhere
 * @param traces where spans go; null for nowhere
 * @param metrics where metrics may be read by anybody, as written; null for the admin API alone
 */
public record GatewaySettings(
    String id,
    @Nullable EtcdSettings etcd,
    @Nullable Path routes,
    @Nullable Path stateDirectory,
    String adminHost,
    int adminPort,
    int threads,
    LogSettings log,
    Duration drainTimeout,
    List<Cidr> forbiddenUpstreams,
    AdminAccess adminAccess,
    @Nullable Path sealKeys,
    @Nullable Path acmeCa,
    @Nullable Redis redis,
    @Nullable Collector traces,
    @Nullable InetSocketAddress metrics) {

  /**
   * A Redis.
   *
   * @param url with its password
   * @param prefix of the tree that the gateways follow
   */
  public record Redis(String url, String prefix) {
    /** Without the password. */
    @Override
    public String toString() {
      return Shown.withoutUser(url);
    }
  }

  /**
   * A collector of traces, which is sent OTLP over HTTP.
   *
   * @param share of the requests that are recorded, of those whose sender does not say
   */
  public record Collector(URI url, double share) {}

  /** One that follows etcd or a folder and has for the rest what a small gateway wants. */
  public static Builder of(String id, @Nullable EtcdSettings etcd, @Nullable Path routes) {
    return new Builder(id, etcd, routes);
  }

  /** What is said beside the source; what is not said is as the field shows. */
  public static final class Builder {
    private final String id;
    private final @Nullable EtcdSettings etcd;
    private final @Nullable Path routes;
    private @Nullable Path stateDirectory;
    private String adminHost = "127.0.0.1";
    private int adminPort;
    private int threads = 1;
    private LogSettings log = LogSettings.to("off");
    private Duration drainTimeout = Duration.ofSeconds(1);
    private List<Cidr> forbiddenUpstreams = List.of();
    private AdminAccess adminAccess = AdminAccess.open();
    private @Nullable Path sealKeys;
    private @Nullable Path acmeCa;
    private @Nullable Redis redis;
    private @Nullable Collector traces;
    private @Nullable InetSocketAddress metrics;

    private Builder(String id, @Nullable EtcdSettings etcd, @Nullable Path routes) {
      this.id = id;
      this.etcd = etcd;
      this.routes = routes;
    }

    @CanIgnoreReturnValue
    public Builder stateDirectory(@Nullable Path directory) {
      stateDirectory = directory;
      return this;
    }

    @CanIgnoreReturnValue
    public Builder admin(String host, int port, AdminAccess access) {
      adminHost = host;
      adminPort = port;
      adminAccess = access;
      return this;
    }

    @CanIgnoreReturnValue
    public Builder threads(int count) {
      threads = count;
      return this;
    }

    @CanIgnoreReturnValue
    public Builder log(LogSettings settings) {
      log = settings;
      return this;
    }

    @CanIgnoreReturnValue
    public Builder drainTimeout(Duration time) {
      drainTimeout = time;
      return this;
    }

    @CanIgnoreReturnValue
    public Builder forbiddenUpstreams(List<Cidr> ranges) {
      forbiddenUpstreams = ranges;
      return this;
    }

    @CanIgnoreReturnValue
    public Builder sealKeys(@Nullable Path file) {
      sealKeys = file;
      return this;
    }

    @CanIgnoreReturnValue
    public Builder acmeCa(@Nullable Path file) {
      acmeCa = file;
      return this;
    }

    @CanIgnoreReturnValue
    public Builder redis(@Nullable Redis at) {
      redis = at;
      return this;
    }

    @CanIgnoreReturnValue
    public Builder traces(@Nullable Collector to) {
      traces = to;
      return this;
    }

    @CanIgnoreReturnValue
    public Builder metrics(@Nullable InetSocketAddress address) {
      metrics = address;
      return this;
    }

    public GatewaySettings build() {
      return new GatewaySettings(
          id,
          etcd,
          routes,
          stateDirectory,
          adminHost,
          adminPort,
          threads,
          log,
          drainTimeout,
          forbiddenUpstreams,
          adminAccess,
          sealKeys,
          acmeCa,
          redis,
          traces,
          metrics);
    }
  }
}
