package io.sluice.gateway.exchange;

import io.netty.buffer.Unpooled;
import io.sluice.gateway.http.Fields;
import io.sluice.gateway.http.GrpcStatus;
import io.sluice.gateway.http.HeaderName;
import io.sluice.gateway.http.HttpDate;
import io.sluice.gateway.http.RequestId;
import io.sluice.gateway.http.ResponseHead;
import io.sluice.gateway.middleware.Verdict;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * The responses that the gateway gives by itself; one shape of JSON for all: {@code
 * {"error":…,"status":…,"reason":…}}.
 */
final class Replies {
  private Replies() {}

  /** The body: fixed texts, numbers and a clean id only, so nothing needs to be escaped. */
  static byte[] body(Verdict.Reply reply, RequestId id) {
    String json =
        "{\"error\":\""
            + reply.detail()
            + "\",\"status\":"
            + reply.reason().status()
            + ",\"reason\":\""
            + reply.reason().label()
            + "\",\"request_id\":\""
            + id
            + "\"}\n";
    return json.getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Sends the whole response.
   *
   * @param id of the request that it answers
   * @param added header fields that it has besides
   */
  static void send(
      ClientStream stream,
      Verdict.Reply reply,
      RequestId id,
      byte[] body,
      boolean withBody,
      Fields added) {
    ResponseHead head = new ResponseHead().set(reply.reason().status(), withBody ? body.length : 0);
    Fields fields = head.fields();
    fields.add(HeaderName.CONTENT_TYPE, "application/json");
    fields.add(HeaderName.CONTENT_LENGTH, Integer.toString(body.length));
    fields.add(HeaderName.DATE, HttpDate.now());
    boolean overload = reply.reason().status() == 503 && reply.retryAfter() == null;
    Duration retryAfter = overload ? Duration.ofSeconds(1) : reply.retryAfter();
    if (retryAfter != null) {
      fields.add(
          HeaderName.RETRY_AFTER,
          Long.toString(Math.max(1, retryAfter.plusNanos(999_999_999).toSeconds())));
      fields.add("X-Retry-In", goDuration(retryAfter));
    }
    fields.addAll(added);
    id.setIn(fields);
    stream.sendHead(head);
    if (withBody) {
      stream.sendBody(Unpooled.wrappedBuffer(body));
    }
    stream.sendEnd(Fields.EMPTY);
    stream.flush();
  }

  /**
   * Sends the response to a gRPC call: HTTP says 200, the status stands beside it (gRPC over
   * HTTP/2, "Trailers-Only").
   */
  static void sendGrpc(ClientStream stream, Verdict.Reply reply, RequestId id, Fields added) {
    ResponseHead head = new ResponseHead().set(200, 0);
    Fields fields = head.fields();
    fields.add(HeaderName.CONTENT_TYPE, "application/grpc");
    fields.add(HeaderName.CONTENT_LENGTH, "0");
    status(fields, reply);
    fields.add(HeaderName.DATE, HttpDate.now());
    fields.addAll(added);
    id.setIn(fields);
    stream.sendHead(head);
    stream.sendEnd(Fields.EMPTY);
    stream.flush();
  }

  /** Ends a response to a gRPC call that has begun. */
  static void endGrpc(ClientStream stream, Verdict.Reply reply) {
    Fields trailers = new Fields();
    status(trailers, reply);
    stream.sendEnd(trailers);
    stream.flush();
  }

  private static void status(Fields fields, Verdict.Reply reply) {
    fields.add("grpc-status", Integer.toString(GrpcStatus.of(reply.reason())));
    fields.add("grpc-message", reply.detail());
  }

  private static String goDuration(Duration duration) {
    return duration.toNanosPart() == 0
        ? duration.toSeconds() + "s"
        : duration.toNanos() / 1_000_000.0 + "ms";
  }
}
