package io.sluice.gateway.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.sluice.gateway.config.ConfigReader;
import io.sluice.gateway.config.KeyTree;
import io.sluice.gateway.http.Fields;
import io.sluice.gateway.http.HeadLimits;
import io.sluice.gateway.http.Reason;
import io.sluice.gateway.http.RequestHead;
import io.sluice.gateway.http.RequestReader;
import io.sluice.gateway.http.ResponseHead;
import io.sluice.gateway.memory.Budget;
import io.sluice.gateway.memory.Ledger;
import io.sluice.gateway.middleware.Sources;
import io.sluice.gateway.table.CompiledListener;
import io.sluice.gateway.table.LiveTable;
import io.sluice.gateway.table.MatchFailures;
import io.sluice.gateway.table.RoutingTable;
import io.sluice.gateway.table.TableCompiler;
import io.sluice.gateway.telemetry.AccessLog;
import io.sluice.gateway.telemetry.LogSettings;
import io.sluice.gateway.telemetry.Telemetry;
import io.sluice.gateway.trace.Traces;
import io.sluice.gateway.upstream.Endpoints;
import io.sluice.gateway.upstream.ForbiddenAddresses;
import io.sluice.gateway.upstream.HostResolver;
import io.sluice.gateway.upstream.LoopPools;
import io.sluice.gateway.wire.Loop;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a client is told before any server is asked, and how that is counted. */
class ExchangeHandlerTest {
  private static final long PLENTY = 1L << 30;

  private final Telemetry telemetry = new Telemetry();
  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final LiveTable live = new LiveTable();
  private String listenersAddress = "127.0.0.1:80";

  @AfterEach
  void close() {
    channel.close();
    telemetry.close();
  }

  /** A client that remembers the status of each answer. */
  private final class Client implements ClientStream {
    private final LoopPools pools;
    private int status;

    Client(Ledger ledger) {
      pools =
          new LoopPools(
              new Loop(channel.eventLoop(), ledger.loop(0), () -> 0),
              NioSocketChannel.class,
              new HostResolver(),
              new ForbiddenAddresses(List.of()));
    }

    @Override
    public void endTunnelOutput() {}

    @Override
    public LoopPools pools() {
      return pools;
    }

    @Override
    public Peer peer() {
      InetSocketAddress here = new InetSocketAddress("127.0.0.1", 9);
      return Peer.of(here, here);
    }

    @Override
    public @Nullable CompiledListener listener(RoutingTable table) {
      return table.listenerAt(listenersAddress);
    }

    @Override
    public void sendInterim(ResponseHead head) {}

    @Override
    public void sendHead(ResponseHead head) {
      status = head.status();
    }

    @Override
    public void sendBody(ByteBuf piece) {
      piece.release();
    }

    @Override
    public void sendEnd(Fields trailers) {}

    @Override
    public void flush() {}

    @Override
    public boolean isWritable() {
      return true;
    }

    @Override
    public long unreadBytes() {
      return 0;
    }

    @Override
    public void reading(boolean wanted) {}

    @Override
    public void abort(Reason reason) {}

    @Override
    public void onFault(Reason reason) {}
  }

  /** What is written, and a way in for a client. */
  private ExchangeHandler handler(Client client, Ledger ledger, String middleware)
      throws IOException {
    KeyTree.Editor tree = KeyTree.EMPTY.edit();
    put(tree, "listeners/l", "{'Protocol':'http','Address':{'Address':'127.0.0.1:80'}}");
    put(tree, "backends/b/backend", "{'Type':'http','Settings':{'Limits':{'MaxRequests':1}}}");
    put(tree, "frontends/f/frontend", "{'Type':'http','BackendId':'b','Route':'Path(`/`)'}");
    if (!middleware.isEmpty()) {
      put(tree, "frontends/f/middlewares/m", middleware);
    }
    TableCompiler compiler =
        new TableCompiler(
            new Endpoints(List.of()),
            telemetry,
            new Sources(ledger.shared(Budget.SOURCES)),
            () -> 0);
    live.publish(compiler.compile(new ConfigReader().read(tree.done()), RoutingTable.EMPTY));
    AccessLog log = AccessLog.open(LogSettings.to("off"), ledger.shared(Budget.LOG));
    return new ExchangeHandler(
        new ProxyContext(live, telemetry, log, Traces.OFF, ledger, new MatchFailures()), client);
  }

  private Client asks(Ledger ledger, String middleware) throws IOException {
    Client client = new Client(ledger);
    handler(client, ledger, middleware).onRequest(head());
    return client;
  }

  private static void put(KeyTree.Editor tree, String key, String json) {
    tree.put(key, json.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
  }

  private static RequestHead head() {
    RequestReader reader = new RequestReader(HeadLimits.REQUEST);
    reader.read(
        Unpooled.wrappedBuffer(
            "GET / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));
    return reader.head();
  }

  private static Ledger ledger(long heap) {
    return new Ledger(heap, heap, 1_000, 1, () -> 0);
  }

  private double counted(Reason reason) {
    return telemetry
        .scrape()
        .lines()
        .filter(line -> line.startsWith("sluice_rejected_total{reason=\"" + reason.label() + "\"}"))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
        .sum();
  }

  @Test
  void whoComesThroughAListenerThatIsNoMoreIsTold() throws IOException {
    listenersAddress = "127.0.0.1:81";

    assertThat(asks(ledger(PLENTY), "").status).isEqualTo(503);
    assertThat(counted(Reason.LISTENER_GONE)).isOne();
  }

  @Test
  void whereThereIsNoRoomForAnExchangeItIsTurnedAway() throws IOException {
    assertThat(asks(ledger(1), "").status).isEqualTo(503);
    assertThat(counted(Reason.OVERLOADED)).isOne();
  }

  @Test
  void aMiddlewareThatHasNoFormClosesItsRoute() throws IOException {
    assertThat(asks(ledger(PLENTY), "{'Type':'ratelimit'}").status).isEqualTo(503);
    assertThat(counted(Reason.FRONTEND_UNAVAILABLE)).isOne();
  }

  /** There is nobody left to tell, so it is only counted. */
  @Test
  void aBugInTheMiddleOfAnExchangeIsCounted() throws IOException {
    Ledger ledger = ledger(PLENTY);
    Client client = new Client(ledger);
    ExchangeHandler handler = handler(client, ledger, "");
    // The only place is taken, so that the request waits.
    live.current().backend("b").admission().enter(() -> true, 1, 1);
    handler.onRequest(head());
    assertThat(client.status).isZero();

    handler.onClosed(Reason.INTERNAL_ERROR);

    assertThat(client.status).isZero();
    assertThat(counted(Reason.INTERNAL_ERROR)).isOne();
  }

  @Test
  void everyReasonForWhichARequestIsRejectedIsItsStatusAndIsCounted() throws IOException {
    for (Reason reason : Reason.values()) {
      Ledger ledger = ledger(PLENTY);
      Client client = new Client(ledger);
      double before = counted(reason);

      handler(client, ledger, "").onRejected(head(), reason);

      assertThat(client.status).as(reason.label()).isEqualTo(reason.status());
      assertThat(counted(reason) - before).as(reason.label()).isOne();
    }
  }
}
