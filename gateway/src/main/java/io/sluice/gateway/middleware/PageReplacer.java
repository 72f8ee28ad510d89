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
import java.util.List;
import java.util.Locale;
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
  public Verdict onRequest(ExchangeView exchange) {
    return Verdict.PROCEED;
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
    String type = contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    String any = type.substring(0, type.indexOf('/')) + "/*";
    double quality = 0;
    int specific = -1;
    for (String range : accept.toString().toLowerCase(Locale.ROOT).split(",", -1)) {
      List<String> parts = List.of(range.split(";", -1));
      String name = parts.getFirst().strip();
      int how = name.equals(type) ? 2 : name.equals(any) ? 1 : name.equals("*/*") ? 0 : -1;
      if (how > specific) {
        specific = how;
        quality = 1;
        for (String parameter : parts.subList(1, parts.size())) {
          String plain = parameter.strip();
          quality =
              plain.matches("q=[01](\\.[0-9]{0,3})?")
                  ? Double.parseDouble(plain.substring(2))
                  : quality;
        }
      }
    }
    return quality;
  }

  /** Another body in the place of the one that comes. */
  private static final class Instead implements BodyFilter {
    private final byte[] body;

    Instead(byte[] body) {
      this.body = body;
    }

    @Override
    public ByteBuf onPiece(ByteBuf piece) {
      piece.release();
      return Unpooled.EMPTY_BUFFER;
    }

    @Override
    public ByteBuf onPause() {
      return Unpooled.EMPTY_BUFFER;
    }

    @Override
    public ByteBuf onEnd() {
      return Unpooled.wrappedBuffer(body);
    }

    @Override
    public void close() {
      // It holds nothing.
    }
  }
}
