package io.sluice.gateway.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import io.sluice.gateway.testbed.TestGateway;
import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Autobahn's cases for WebSockets (RFC 6455): the same result through the gateway as without it,
 * over HTTP/1.1 and, between two gateways, over HTTP/2 (RFC 8441). Its limits, cases 9, are left
 * out: they measure the suite's own speed.
 */
@Tag("alone")
class AutobahnIT {
  private static final Path PROGRAM = Path.of("target", "autobahn");
  private static final int CASES = 247;

  /** What a case may end with; what is not strict is the server's affair. */
  private static final Set<String> WELL = Set.of("OK", "NON-STRICT", "INFORMATIONAL");

  @TempDir private Path folder;

  private static Channel echo(MultiThreadIoEventLoopGroup loops) {
    WebSocketServerProtocolConfig config =
        WebSocketServerProtocolConfig.newBuilder()
            .websocketPath("/")
            .checkStartsWith(true)
            .sendCloseFrame(null)
            .decoderConfig(
                WebSocketDecoderConfig.newBuilder()
                    .allowExtensions(false)
                    .maxFramePayloadLength(Integer.MAX_VALUE)
                    .withUTF8Validator(true)
                    .build())
            .build();
    return new ServerBootstrap()
        .group(loops)
        .channel(NioServerSocketChannel.class)
        .childHandler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                channel
                    .pipeline()
                    .addLast(new HttpServerCodec(), new HttpObjectAggregator(65_536))
                    .addLast(new WebSocketServerProtocolHandler(config))
                    .addLast(new Echo());
              }
            })
        .bind("127.0.0.1", 0)
        .syncUninterruptibly()
        .channel();
  }

  private static final class Echo extends SimpleChannelInboundHandler<WebSocketFrame> {
    @Override
    protected void channelRead0(ChannelHandlerContext ctx, WebSocketFrame frame) {
      ctx.writeAndFlush(frame.retain());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable broken) {
      ctx.close();
    }
  }

  @Test
  void everyCaseEndsAsItDoesWithoutTheGateway() throws Exception {
    try (MultiThreadIoEventLoopGroup loops =
            new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        TestGateway inner = TestGateway.onFolder();
        TestGateway outer = TestGateway.onFolder()) {
      int direct = ((InetSocketAddress) echo(loops).localAddress()).getPort();
      int http1 = serve(inner, direct, "{}");
      int http2 = serve(outer, http1, "{'Protocol':'h2c'}");

      Map<String, Map<String, String>> results =
          run(Map.of("direct", direct, "http1", http1, "http2", http2));

      assertThat(results).containsOnlyKeys("direct", "http1", "http2");
      results.forEach(
          (way, ofCases) -> {
            assertThat(ofCases).as(way).hasSize(CASES);
            ofCases.forEach((id, end) -> assertThat(WELL).as(() -> report(way, id)).contains(end));
          });
    }
  }

  /** What the suite has to say of a case: each byte that went over the wire, and when. */
  private String report(String way, String id) {
    Path file = folder.resolve("reports").resolve(way + "_case_" + id.replace('.', '_') + ".json");
    try {
      return way + " " + id + ": " + Files.readString(file);
    } catch (IOException unwritten) {
      return way + " " + id + ": " + unwritten;
    }
  }

  private static int serve(TestGateway gateway, int server, String settings) {
    int port = gateway.listener("l");
    gateway
        .put("backends/b/backend", "{'Type':'http','Settings':" + settings + "}")
        .server("b", "s", server)
        .frontend("f", "b", "PathRegexp(`.*`)")
        .awaitServing(port)
        .awaitRoute("f", "b", server);
    return port;
  }

  /** How each case has ended, by the name of the way. */
  private Map<String, Map<String, String>> run(Map<String, Integer> ways) throws Exception {
    Path reports = folder.resolve("reports");
    List<Map<String, String>> servers =
        ways.entrySet().stream()
            .map(way -> Map.of("agent", way.getKey(), "url", "ws://127.0.0.1:" + way.getValue()))
            .toList();
    Path spec = folder.resolve("spec.json");
    Files.write(
        spec,
        new JsonMapper()
            .writeValueAsBytes(
                Map.of(
                    "outdir",
                    reports.toString(),
                    "servers",
                    servers,
                    "cases",
                    List.of("*"),
                    "exclude-cases",
                    List.of("9.*"))));
    File log = folder.resolve("log").toFile();
    Process suite =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-Xmx512m",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                PROGRAM.resolve("autobahntestsuite-maven-plugin.jar")
                    + File.pathSeparator
                    + PROGRAM.resolve("jython-standalone.jar"),
                "org.python.util.jython",
                "-c",
                "from autobahntestsuite import wstest; wstest.run()",
                "-m",
                "fuzzingclient",
                "-s",
                spec.toString())
            .redirectErrorStream(true)
            .redirectOutput(log)
            .start();
    // One that a handshake has broken waits for ever.
    if (!suite.waitFor(5, TimeUnit.MINUTES)) {
      suite.destroyForcibly();
      List<String> lines = Files.readAllLines(log.toPath());
      throw new AssertionError("the suite hangs: " + lines.getLast());
    }
    Map<String, Map<String, String>> results = new TreeMap<>();
    JsonNode index = new JsonMapper().readTree(reports.resolve("index.json").toFile());
    for (Map.Entry<String, JsonNode> way : index.properties()) {
      Map<String, String> ofCases = new TreeMap<>();
      for (Map.Entry<String, JsonNode> each : way.getValue().properties()) {
        ofCases.put(each.getKey(), each.getValue().path("behavior").asText());
      }
      results.put(way.getKey(), ofCases);
    }
    return results;
  }
}
