package io.sluice.gateway.upstream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.AsciiString;
import io.sluice.gateway.config.HealthSettings;
import io.sluice.gateway.http.Fields;
import io.sluice.gateway.http.HeaderName;
import io.sluice.gateway.http.Http2RequestRules;
import io.sluice.gateway.http.RequestHead;
import io.sluice.gateway.http.ResponseHead;
import io.sluice.gateway.http.UpstreamRequest;
import io.sluice.gateway.memory.Bounded;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * One health check of one endpoint. A TCP check opens a connection of its own; HTTP and gRPC checks
 * borrow one from the pool, as requests do. Event loop only; answers once.
 */
final class Probe extends OwnRequest {
  private static final int SERVING = 1;
  private static final int GRPC_FRAME_HEAD = 5;

  private final ConnectionSettings settings;
  private final HealthSettings.Check check;
  private final Consumer<String> answer;

  @Bounded("by the answer that a health check may have")
  private final ByteBuf body = Unpooled.buffer(0, 64);

  private int status;

  Probe(
      LoopPools pools,
      Endpoint endpoint,
      ConnectionSettings settings,
      HealthSettings.Check check,
      Consumer<String> answer) {
    super(pools, endpoint, "no answer within " + check.timeout().toMillis() + " ms");
    this.settings = settings;
    this.check = check;
    this.answer = answer;
  }

  void start() {
    endsWithin(check.timeout().toNanos());
    if (check.kind() == HealthSettings.Kind.TCP) {
      pools.connect(endpoint, settings, this);
    } else {
      pools.acquire(endpoint, settings, this);
    }
  }

  @Override
  void connected(UpstreamStream way) {
    if (check.kind() == HealthSettings.Kind.TCP) {
      way.giveBack();
      finish("");
      return;
    }
    takes(way);
    boolean grpc = check.kind() == HealthSettings.Kind.GRPC;
    way.send(request(grpc), this);
    if (grpc && hasWay()) {
      way.sendBody(question());
      way.sendEnd(Fields.EMPTY);
    }
    way.flush();
  }

  private UpstreamRequest request(boolean grpc) {
    RequestHead head = new RequestHead();
    Http2RequestRules.begin(head);
    Fields fields = head.fields();
    fields.add("User-Agent", "sluice-health");
    if (grpc) {
      fields.add("Content-Type", "application/grpc");
    }
    Http2RequestRules.apply(
        head,
        grpc ? "POST" : "GET",
        grpc ? "/grpc.health.v1.Health/Check" : check.path(),
        check.host().isEmpty() ? endpoint.authority() : check.host(),
        null,
        !grpc);
    AsciiString host = head.authority();
    fields.remove(HeaderName.HOST);
    return new UpstreamRequest(head, fields, host, grpc);
  }

  /** {@code HealthCheckRequest { string service = 1; }} in a gRPC frame. */
  private ByteBuf question() {
    byte[] service = check.service().getBytes(StandardCharsets.UTF_8);
    ByteBuf message = Unpooled.buffer();
    if (service.length > 0 && service.length < 128) {
      message.writeByte(0x0a).writeByte(service.length).writeBytes(service);
    }
    ByteBuf frame = Unpooled.buffer();
    frame.writeByte(0).writeInt(message.readableBytes()).writeBytes(message);
    message.release();
    return frame;
  }

  @Override
  public void onHead(ResponseHead head) {
    status = head.status();
  }

  @Override
  public void onBody(ByteBuf piece) {
    if (isOver()) {
      piece.release();
      return;
    }
    body.writeBytes(piece, Math.min(piece.readableBytes(), body.maxWritableBytes()));
    piece.release();
  }

  @Override
  public void onEnd(Fields trailers) {
    if (check.kind() == HealthSettings.Kind.HTTP) {
      answered(status >= 200 && status < 400 ? "" : "status " + status);
      return;
    }
    AsciiString grpc = trailers.first("grpc-status");
    boolean good = grpc != null && grpc.contentEquals("0");
    answered(!good ? "grpc-status " + grpc : isServing() ? "" : "not SERVING");
  }

  /** {@code HealthCheckResponse { ServingStatus status = 1; }}: 1 is SERVING. */
  private boolean isServing() {
    return body.readableBytes() >= GRPC_FRAME_HEAD + 2
        && body.getByte(GRPC_FRAME_HEAD) == 0x08
        && body.getByte(GRPC_FRAME_HEAD + 1) == SERVING;
  }

  @Override
  void ended(String how) {
    body.release();
    answer.accept(how);
  }
}
