package io.sluice.gtin;

import io.sluice.gtin.catalog.CatalogueAddress;
import io.sluice.gtin.http.Accept;
import io.sluice.gtin.http.Knowledge;
import io.sluice.gtin.registration.EtcdAccess;
import io.sluice.gtin.telemetry.RequestLog;
import io.sluice.gtin.telemetry.Spans;
import io.vertx.core.net.SocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a service is started with.
 *
 * @param id its name among the servers of its backends
 * @param privateNames names, besides addresses and those that nobody can own, under which the
 *     private address may be asked to change something
 * @param catalogue an SQLite file or a database
 * @param localCopy the file for when a shared catalogue is away
 * @param knowledge what an operator has told of numbers
 * @param etcd where to register; null for nowhere
 * @param prefix the folder of the gateways' tree
 * @param backend the backend that gets the public address; {@code <backend>-private} gets the
 *     private one
 * @param advertise the URL that gateways use for the public address; null for the one that was
 *     bound
 * @param lease how long a service that died stays registered
 * @param drainTimeout how long requests may take to finish on shutdown
 * @param log gets a line for each request
 * @param spans gets those requests that are traced
 */
record Settings(
    String id,
    SocketAddress publicAddress,
    SocketAddress privateAddress,
    List<String> privateNames,
    CatalogueAddress catalogue,
    Path localCopy,
    Accept accept,
    Knowledge knowledge,
    @Nullable EtcdAccess etcd,
    String prefix,
    String backend,
    @Nullable URI advertise,
    Duration lease,
    Duration drainTimeout,
    RequestLog log,
    Spans spans) {}
