package io.sluice.gateway.exchange;

import io.netty.buffer.ByteBuf;
import io.sluice.gateway.config.AcmeProof;
import io.sluice.gateway.config.GoDuration;
import io.sluice.gateway.http.Fields;
import io.sluice.gateway.http.GrpcStatus;
import io.sluice.gateway.http.HeaderName;
import io.sluice.gateway.http.HttpDate;
import io.sluice.gateway.http.Reason;
import io.sluice.gateway.http.RequestId;
import io.sluice.gateway.http.ResponseHead;
import io.sluice.gateway.middleware.Verdict;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/**
 * The responses that the gateway gives by itself; one shape of JSON for all: {@code
 * {"error":…,"status":…,"reason":…}}.
 */
final class Replies {
  static final byte[] NOTHING = {};

  private Replies() {}

  /** The body: fixed texts, numbers and a clean id only, so nothing needs to be escaped. */
  static byte[] body(Verdict.Refusal refusal, RequestId id) {
    String text =
        switch (refusal) {
          case Verdict.Answer answer -> answer.body();
          case Verdict.Reply reply -> text(reply.detail(), reply.status(), reply.reason(), id);
        };
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** The same for another status than the reason's own. */
  static byte[] body(Reason reason, int status, RequestId id) {
    return text(reason.text(), status, reason, id).getBytes(StandardCharsets.UTF_8);
  }

  private static String text(String detail, int status, Reason reason, RequestId id) {
    return "{\"error\":\""
        + detail
        + "\",\"status\":"
        + status
        + ",\"reason\":\""
        + reason.label()
        + "\",\"request_id\":\""
        + id
        + "\"}\n";
  }

  /** What proves to an authority that a name leads here (RFC 8555 section 8.3). */
  static Verdict.Answer proof(AcmeProof proof) {
    return new Verdict.Answer(
        Reason.CERTIFICATE_PROOF,
        Reason.CERTIFICATE_PROOF.status(),
        List.of(new Verdict.Header("Content-Type", "application/octet-stream")),
        proof.authorization());
  }

  /** One that lives by itself. */
  static ResponseHead copy(ResponseHead head) {
    ResponseHead copy = new ResponseHead().set(head.status(), head.framing());
    copy.fields().addAll(head.fields());
    return copy;
  }

  /**
   * The head, without what the exchange adds.
   *
   * @param length of the body, in bytes
   * @param toHead whether none is sent, as it answers a HEAD
   */
  static ResponseHead head(Verdict.Refusal refusal, int length, boolean toHead) {
    boolean bodiless = refusal.status() == 204 || refusal.status() == 304;
    ResponseHead head = new ResponseHead().set(refusal.status(), toHead || bodiless ? 0 : length);
    Fields fields = head.fields();
    switch (refusal) {
      case Verdict.Answer answer ->
          answer.fields().forEach(field -> fields.add(field.name(), field.value()));
      case Verdict.Reply reply -> {
        fields.add(HeaderName.CONTENT_TYPE, "application/json");
        retryAfter(fields, reply);
      }
    }
    if (!bodiless) {
      fields.add(HeaderName.CONTENT_LENGTH, Integer.toString(length));
    }
    fields.add(HeaderName.DATE, HttpDate.now());
    return head;
  }

  private static void retryAfter(Fields fields, Verdict.Reply reply) {
    boolean overload = reply.status() == 503 && reply.retryAfter() == null;
    Duration retryAfter = overload ? Duration.ofSeconds(1) : reply.retryAfter();
    if (retryAfter != null) {
      fields.add(
          HeaderName.RETRY_AFTER,
          Long.toString(Math.max(1, retryAfter.plusNanos(999_999_999).toSeconds())));
      fields.add("X-Retry-In", GoDuration.format(retryAfter));
    }
  }

  /**
   * The head of the response to a gRPC call: HTTP says 200, the status stands beside it (gRPC over
   * HTTP/2, "Trailers-Only").
   */
  static ResponseHead grpcHead(Verdict.Refusal refusal) {
    ResponseHead head = new ResponseHead().set(200, 0);
    Fields fields = head.fields();
    fields.add(HeaderName.CONTENT_TYPE, "application/grpc");
    fields.add(HeaderName.CONTENT_LENGTH, "0");
    status(fields, refusal);
    fields.add(HeaderName.DATE, HttpDate.now());
    return head;
  }

  /** Sends the whole response. */
  static void send(ClientStream stream, ResponseHead head, ByteBuf body) {
    stream.sendHead(head);
    if (body.isReadable()) {
      stream.sendBody(body);
    } else {
      body.release();
    }
    stream.sendEnd(Fields.EMPTY);
    stream.flush();
  }

  /** Ends a response to a gRPC call that has begun. */
  static void endGrpc(ClientStream stream, Verdict.Refusal refusal) {
    Fields trailers = new Fields();
    status(trailers, refusal);
    stream.sendEnd(trailers);
    stream.flush();
  }

  private static void status(Fields fields, Verdict.Refusal refusal) {
    fields.add("grpc-status", Integer.toString(GrpcStatus.of(refusal.reason())));
    fields.add(
        "grpc-message",
        refusal instanceof Verdict.Reply reply ? reply.detail() : refusal.reason().text());
  }
}
