package io.sluice.gateway.middleware;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.AsciiString;
import io.sluice.gateway.config.ErrorPages;
import io.sluice.gateway.config.ErrorPages.Page;
import io.sluice.gateway.http.Framing;
import io.sluice.gateway.http.HeaderName;
import io.sluice.gateway.http.Representation;
import io.sluice.gateway.http.ResponseHead;
import io.sluice.gateway.telemetry.StageMeters;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Gives errors the pages that the operator has for them. */
final class PageReplacer implements Stage {
  private final ErrorPages settings;

  private final StageMeters meters;

  PageReplacer(ErrorPages settings, StageMeters meters) {
    this.settings = settings;
    this.meters = meters;
  }

  @Override
  public @Nullable PageSource page(ExchangeView exchange, int status) {
    Page page = page(status, exchange.request().fields().first("Accept"));
    return page == null || page.backendId().isEmpty()
        ? null
        : new PageSource(
            page.backendId(), page.path().replace("{status}", Integer.toString(status)), meters);
  }

  @Override
  public @Nullable BodyFilter filter(
      ExchangeView exchange, Verdict.Proceed verdict, ResponseHead head) {
    Page page = page(head.status(), exchange.request().fields().first("Accept"));
    AsciiString type = head.fields().first(HeaderName.CONTENT_TYPE);
    boolean call = type != null && type.startsWith("application/grpc");
    if (page == null || !page.backendId().isEmpty() || call || head.framing() == Framing.TUNNEL) {
      return null;
    }
    byte[] body = page.body().getBytes(StandardCharsets.UTF_8);
    Representation.replace(head.fields(), page.contentType(), body.length);
    if (exchange.request().method().contentEquals("HEAD")) {
      return null;
    }
    head.framingOf(body.length);
    return new Instead(body);
  }

  /** Of those for a status the one that the client likes best; the first where it does not say. */
  private @Nullable Page page(int status, @Nullable AsciiString accept) {
    Page best = null;
    double most = -1;
    for (Page page : settings.pages()) {
      if (status >= page.from() && status <= page.to()) {
        double quality = accept == null ? 1 : quality(accept, page.contentType());
        if (quality > most) {
          best = page;
          most = quality;
        }
      }
    }
    return best;
  }

  /** RFC 9110 section 12.5.1: of what matches the most specific says how much it is liked. */
  private static double quality(AsciiString accept, String contentType) {
    int end = contentType.indexOf(';');
    String type = (end < 0 ? contentType : contentType.substring(0, end)).strip();
    String any = type.substring(0, type.indexOf('/')) + "/*";
    double[] quality = {0};
    int[] specific = {-1};
    Qualities.read(
        accept,
        (name, said) -> {
          int how =
              name.contentEqualsIgnoreCase(type)
                  ? 2
                  : name.contentEqualsIgnoreCase(any) ? 1 : name.contentEquals("*/*") ? 0 : -1;
          if (how > specific[0]) {
            specific[0] = how;
            quality[0] = said;
          }
        });
    return quality[0];
  }

  /** Another body in the place of the one that comes. */
  private static final class Instead implements BodyFilter {
    private final byte[] body;
    private boolean given;

    Instead(byte[] body) {
      this.body = body;
    }

    @Override
    public ByteBuf onPiece(ByteBuf piece) {
      piece.release();
      return onEnd();
    }

    @Override
    public ByteBuf onPause() {
      return onEnd();
    }

    /** At once: the other body may never end. */
    @Override
    public ByteBuf onEnd() {
      ByteBuf page = given ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(body);
      given = true;
      return page;
    }

    @Override
    public void close() {
      // It holds nothing.
    }
  }
}
