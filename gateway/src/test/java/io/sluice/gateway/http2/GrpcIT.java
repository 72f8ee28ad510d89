package io.sluice.gateway.http2;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Server;
import io.grpc.ServerCredentials;
import io.grpc.ServerInterceptors;
import io.grpc.TlsChannelCredentials;
import io.grpc.TlsServerCredentials;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.testing.integration.AbstractInteropTest;
import io.grpc.testing.integration.Messages.Payload;
import io.grpc.testing.integration.Messages.SimpleRequest;
import io.grpc.testing.integration.Messages.SimpleResponse;
import io.grpc.testing.integration.TestServiceGrpc;
import io.grpc.testing.integration.TestServiceImpl;
import io.sluice.gateway.http.Reason;
import io.sluice.gateway.testbed.TestGateway;
import io.sluice.testkit.Patience;
import io.sluice.testkit.TestCertificate;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * gRPC's own interoperability suite: the same result through the gateway as without it, whether
 * either side is in clear or over TLS.
 */
class GrpcIT {
  /** Those of the suite that a Java server and a Java client pass by themselves. */
  private static final List<String> CASES =
      List.of(
          "emptyUnary",
          "emptyUnaryWithRetriableStream",
          "largeUnary",
          "veryLargeRequest",
          "veryLargeResponse",
          "serverCompressedUnary",
          "serverCompressedStreaming",
          "clientStreaming",
          "serverStreaming",
          "pingPong",
          "emptyStream",
          "fullDuplexCallShouldSucceed",
          "halfDuplexCallShouldSucceed",
          "serverStreamingShouldBeFlowControlled",
          "cancelAfterBegin",
          "cancelAfterFirstResponse",
          "timeoutOnSleepingServer",
          "gracefulShutdown",
          "deadlineNotExceeded",
          "deadlineExceeded",
          "deadlineExceededServerStreaming",
          "deadlineInPast",
          "customMetadata",
          "exchangeMetadataUnaryCall",
          "exchangeMetadataStreamingCall",
          "statusCodeAndMessage",
          "specialStatusMessage",
          "unimplementedMethod",
          "unimplementedService",
          "maxInboundSize_exact",
          "maxInboundSize_tooBig",
          "maxOutboundSize_exact",
          "maxOutboundSize_tooBig",
          "getServerAddressAndLocalAddressFromClient");

  private static final TestCertificate TLS = TestCertificate.of("localhost", "127.0.0.1");
  private static final ScheduledExecutorService EXECUTOR =
      Executors.newSingleThreadScheduledExecutor();

  private static Server clear;
  private static Server secure;
  private static TestGateway gateway;
  private static Map<String, Integer> ports;

  /** One object for each case. */
  private static final class Cases extends AbstractInteropTest {
    private final int port;
    private final boolean overTls;

    Cases(int port, boolean overTls) {
      this.port = port;
      this.overTls = overTls;
    }

    @Override
    protected ManagedChannelBuilder<?> createChannelBuilder() {
      return channel(port, overTls)
          .maxInboundMessageSize(MAX_MESSAGE_SIZE)
          .flowControlWindow(TEST_FLOW_CONTROL_WINDOW)
          .intercept(createCensusStatsClientInterceptor());
    }

    @Override
    protected boolean metricsExpected() {
      return false;
    }

    @Override
    protected int operationTimeoutMillis() {
      return 20_000;
    }

    void run(String name) throws Exception {
      setUp();
      try {
        AbstractInteropTest.class.getMethod(name).invoke(this);
      } finally {
        tearDown();
      }
    }
  }

  private static NettyChannelBuilder channel(int port, boolean overTls) {
    try {
      return NettyChannelBuilder.forAddress(
              "127.0.0.1",
              port,
              overTls
                  ? TlsChannelCredentials.newBuilder()
                      .trustManager(stream(TLS.certificate()))
                      .build()
                  : InsecureChannelCredentials.create())
          .overrideAuthority("localhost:" + port);
    } catch (IOException unusable) {
      throw new UncheckedIOException(unusable);
    }
  }

  private static InputStream stream(String pem) {
    return new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII));
  }

  private static NettyServerBuilder server(ServerCredentials credentials) {
    return NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0), credentials)
        .maxInboundMessageSize(AbstractInteropTest.MAX_MESSAGE_SIZE)
        .addService(
            ServerInterceptors.intercept(
                new TestServiceImpl(EXECUTOR), TestServiceImpl.interceptors()));
  }

  @BeforeAll
  static void start() throws IOException {
    clear = server(InsecureServerCredentials.create()).build().start();
    secure =
        server(TlsServerCredentials.create(stream(TLS.certificate()), stream(TLS.privateKey())))
            .build()
            .start();
    gateway = TestGateway.onFolder();
    String certificate = TLS.certificate().replace("\n", "\\n");
    gateway.put(
        "hosts/localhost/host",
        "{'Settings':{'Default':true,'KeyPair':{'Cert':'"
            + certificate
            + "','Key':'"
            + TLS.privateKey().replace("\n", "\\n")
            + "'}}}");
    gateway
        .put("backends/clear/backend", "{'Type':'http','Settings':{'Protocol':'h2c'}}")
        .server("clear", "s", clear.getPort());
    gateway
        .put(
            "backends/secure/backend",
            "{'Type':'http','Settings':{'TLS':{'RootCAs':'" + certificate + "'}}}")
        .put("backends/secure/servers/s", "{'URL':'https://127.0.0.1:" + secure.getPort() + "'}");
    ports =
        Map.of(
            "direct clear", clear.getPort(),
            "direct secure", secure.getPort(),
            "clear clear", listener("http", "clear"),
            "clear secure", listener("http", "secure"),
            "secure clear", listener("https", "clear"),
            "secure secure", listener("https", "secure"));
  }

  private static int listener(String protocol, String backend) {
    String id = protocol + "-" + backend;
    int port = gateway.listener(id);
    gateway
        .put(
            "listeners/" + id,
            "{'Protocol':'" + protocol + "','Address':{'Address':'127.0.0.1:" + port + "'}}")
        .put(
            "frontends/" + id + "/frontend",
            "{'Type':'http','BackendId':'"
                + backend
                + "','Listeners':['"
                + id
                + "'],'Route':'PathRegexp(`.*`)'}")
        .awaitServing(port);
    return port;
  }

  @AfterAll
  static void stop() {
    gateway.close();
    clear.shutdownNow();
    secure.shutdownNow();
    EXECUTOR.shutdownNow();
  }

  static List<String> cases() {
    return CASES;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theResultIsTheSameThroughTheGateway(String name) throws Exception {
    for (Map.Entry<String, Integer> way : ports.entrySet()) {
      boolean overTls = way.getKey().equals("direct secure") || way.getKey().startsWith("secure");
      try {
        new Cases(way.getValue(), overTls).run(name);
      } catch (ReflectiveOperationException failed) {
        if (!isGatewaysOwnDeadline(failed.getCause())) {
          throw new AssertionError(name + ", " + way.getKey(), failed.getCause());
        }
      }
    }
  }

  /**
   * The suite asserts the status, DEADLINE_EXCEEDED, and then whose words stand beside it: a
   * client's or a Java server's. Client, gateway and server end a call at the same moment, so on a
   * busy machine the gateway may be first.
   */
  private static boolean isGatewaysOwnDeadline(Throwable failure) {
    return failure instanceof AssertionError
        && Reason.EXCHANGE_TIMEOUT.text().equals(failure.getMessage());
  }

  /** A Java server ends the connection over a call that is one too many. */
  @ParameterizedTest
  @CsvSource({"1, 10", "1, 271000", "2, 271000"})
  void aServerThatTakesFewCallsLosesNone(int most, int bytes) throws Exception {
    Server few =
        server(InsecureServerCredentials.create())
            .maxConcurrentCallsPerConnection(most)
            .build()
            .start();
    gateway
        .put("backends/few/backend", "{'Type':'http','Settings':{'Protocol':'h2c'}}")
        .server("few", "s", few.getPort());
    int port = listener("http", "few");
    ManagedChannel channel = channel(port, false).build();
    try {
      SimpleRequest request =
          SimpleRequest.newBuilder()
              .setPayload(
                  Payload.newBuilder()
                      .setBody(com.google.protobuf.ByteString.copyFrom(new byte[bytes])))
              .build();
      List<Future<SimpleResponse>> calls = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        calls.add(TestServiceGrpc.newFutureStub(channel).unaryCall(request));
      }
      for (Future<SimpleResponse> call : calls) {
        assertThat(call.get(Patience.TIME.toSeconds(), TimeUnit.SECONDS)).isNotNull();
      }
    } finally {
      channel.shutdownNow();
      few.shutdownNow();
      gateway.remove("frontends/http-few/frontend").remove("listeners/http-few");
      gateway.remove("backends/few/servers/s").remove("backends/few/backend");
    }
  }

  @Test
  void everyCaseIsOneOfTheSuite() throws Exception {
    for (String name : CASES) {
      assertThat(AbstractInteropTest.class.getMethod(name)).isNotNull();
    }
  }
}
