package io.sluice.gateway;

import io.sluice.gateway.admin.AdminAccess;
import io.sluice.gateway.config.Cidr;
import io.sluice.gateway.store.EtcdSettings;
import io.sluice.gateway.telemetry.LogFormat;
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
 * @param accessLog a file, {@code -} or {@code off}
 * @param drainTimeout how long exchanges may take to finish on shutdown
 * @param forbiddenUpstreams where it connects to no server, besides its own admin API
 * @param adminAccess who may use the admin API, and how
 * @param logFormat how the access log's lines are written
 * @param sealKeys the file of the keys that secrets are sealed under; null for none
 */
public record GatewaySettings(
    String id,
    @Nullable EtcdSettings etcd,
    @Nullable Path routes,
    @Nullable Path stateDirectory,
    String adminHost,
    int adminPort,
    int threads,
    String accessLog,
    Duration drainTimeout,
    List<Cidr> forbiddenUpstreams,
    AdminAccess adminAccess,
    @Nullable Path sealKeys,
    LogFormat logFormat) {}
