package io.sluice.gateway.middleware;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.util.AsciiString;
import io.sluice.gateway.config.Replacement;
import io.sluice.gateway.http.Targets;
import io.sluice.gateway.memory.Bounded;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Answers what a body asks of the request, as {@code {{.Request.Method}}}; whatever else stands in
 * double braces stays. The body is kept until its end; one that is larger than 256 KiB goes on as
 * it is.
 */
final class BodyRewriter implements BodyFilter {
  private static final int MOST_BYTES = 256 * 1_024;
  private static final Pattern EXPRESSION = Pattern.compile("\\{\\{([^{}]*)}}");

  private final ExchangeView exchange;

  @Bounded("MOST_BYTES for each exchange of a route that asks for it")
  private @Nullable ByteBuf kept = ByteBufAllocator.DEFAULT.buffer();

  BodyRewriter(ExchangeView exchange) {
    this.exchange = exchange;
  }

  @Override
  public ByteBuf onPiece(ByteBuf piece) {
    ByteBuf before = kept;
    if (before == null) {
      return piece;
    }
    before.writeBytes(piece);
    piece.release();
    if (before.readableBytes() <= MOST_BYTES) {
      return Unpooled.EMPTY_BUFFER;
    }
    kept = null;
    return before;
  }

  @Override
  public ByteBuf onPause() {
    return Unpooled.EMPTY_BUFFER;
  }

  @Override
  public ByteBuf onEnd() {
    ByteBuf whole = kept;
    kept = null;
    if (whole == null) {
      return Unpooled.EMPTY_BUFFER;
    }
    // Bytes stay bytes, whatever the charset is.
    String text = whole.toString(StandardCharsets.ISO_8859_1);
    Matcher expression = EXPRESSION.matcher(text);
    if (!expression.find()) {
      return whole;
    }
    StringBuilder result = new StringBuilder();
    do {
      expression.appendReplacement(result, Matcher.quoteReplacement(answer(expression)));
    } while (expression.find());
    expression.appendTail(result);
    whole.release();
    return Unpooled.wrappedBuffer(result.toString().getBytes(StandardCharsets.ISO_8859_1));
  }

  private String answer(Matcher expression) {
    Replacement.Part.Asked asked = Replacement.asked(expression.group(1).strip());
    AsciiString target = exchange.outgoing().target();
    return asked == null
        ? expression.group()
        : Expansion.answer(
                asked, exchange.request(), target.subSequence(0, Targets.queryStart(target), false))
            .toString();
  }

  @Override
  public void close() {
    if (kept != null) {
      kept.release();
      kept = null;
    }
  }
}
