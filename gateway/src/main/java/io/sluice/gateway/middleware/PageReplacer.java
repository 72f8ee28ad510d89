package io.sluice.gateway.middleware;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.AsciiString;
import io.sluice.gateway.config.ErrorPages;
import io.sluice.gateway.config.ErrorPages.Page;
import io.sluice.gateway.http.Fields;
import io.sluice.gateway.http.Framing;
import io.sluice.gateway.http.HeaderName;
import io.sluice.gateway.http.ResponseHead;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Gives errors the pages that the operator has for them. */
final class PageReplacer implements Stage {
  private static final String[] OF_THE_OTHER_BODY = {
    "Content-Encoding",
    "Content-Language",
    "Content-Range",
    "Content-Disposition",
    "Accept-Ranges",
    "ETag",
    "Last-Modified",
    "Digest",
    "Repr-Digest",
    "Content-Digest",
    "Trailer"
  };

  private final ErrorPages settings;

  PageReplacer(ErrorPages settings) {
    this.settings = settings;
  }

  @Override
  public @Nullable BodyFilter filter(
      ExchangeView exchange, Verdict.Proceed verdict, ResponseHead head) {
    Page page = page(head.status(), exchange.request().fields().first("Accept"));
    AsciiString type = head.fields().first(HeaderName.CONTENT_TYPE);
    boolean call = type != null && type.startsWith("application/grpc");
    if (page == null || call || head.framing() == Framing.TUNNEL) {
      return null;
    }
    byte[] body = page.body().getBytes(StandardCharsets.UTF_8);
    Fields fields = head.fields();
    for (String name : OF_THE_OTHER_BODY) {
      fields.remove(name);
    }
    fields.remove(HeaderName.CONTENT_TYPE);
    fields.add(HeaderName.CONTENT_TYPE, page.contentType());
    fields.remove(HeaderName.CONTENT_LENGTH);
    fields.add(HeaderName.CONTENT_LENGTH, Integer.toString(body.length));
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
