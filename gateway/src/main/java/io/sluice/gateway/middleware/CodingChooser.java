package io.sluice.gateway.middleware;

import io.netty.util.AsciiString;
import io.sluice.gateway.config.Compress;
import io.sluice.gateway.config.Compress.Encoding;
import io.sluice.gateway.http.Fields;
import io.sluice.gateway.http.Framing;
import io.sluice.gateway.http.HeaderName;
import io.sluice.gateway.http.ResponseHead;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Compresses responses that are worth it, in a coding that the client takes. */
final class CodingChooser implements Stage {
  private static final int PARTIAL = 206;
  private static final int NOT_MODIFIED = 304;

  private final Compress settings;

  private final Pattern types;

  CodingChooser(Compress settings) {
    this.settings = settings;
    this.types =
        Pattern.compile(
            String.join(
                "|",
                settings.types().stream()
                    .map(type -> Pattern.quote(type).replace("*", "\\E[^/]*\\Q"))
                    .toList()));
  }

  @Override
  public @Nullable BodyFilter filter(
      ExchangeView exchange, Verdict.Proceed verdict, ResponseHead head) {
    Fields fields = head.fields();
    if (!isWorthIt(head)) {
      return null;
    }
    // A cache must not give to one client what was made for another.
    fields.add("Vary", "Accept-Encoding");
    Encoding chosen = choose(exchange.request().fields());
    if (chosen == null) {
      return null;
    }
    boolean bodiless =
        head.status() == NOT_MODIFIED || exchange.request().method().contentEquals("HEAD");
    if (!bodiless && !Compressor.hasRoom()) {
      return null;
    }
    weaken(fields);
    if (head.status() == NOT_MODIFIED) {
      return null;
    }
    fields.remove("Accept-Ranges");
    fields.remove(HeaderName.CONTENT_LENGTH);
    fields.add("Content-Encoding", chosen.text());
    if (exchange.request().method().contentEquals("HEAD")) {
      return null;
    }
    head.framingUnknown();
    return new Compressor(chosen);
  }

  private boolean isWorthIt(ResponseHead head) {
    Fields fields = head.fields();
    int status = head.status();
    AsciiString type = fields.first(HeaderName.CONTENT_TYPE);
    boolean text = type != null && types.matcher(mediaType(type)).matches();
    AsciiString control = fields.first("Cache-Control");
    boolean fixed = control != null && control.toLowerCase().contains("no-transform");
    boolean bodiless = status < 200 || status == 204 || head.framing() == Framing.TUNNEL;
    boolean small = head.framing() >= 0 && length(head) < settings.minBytes();
    return text
        && !fixed
        && !bodiless
        && status != PARTIAL
        && (!small || status == NOT_MODIFIED)
        && fields.first("Content-Encoding") == null
        && fields.first("Content-Range") == null;
  }

  /** Of an answer to HEAD, that of the body that there would be. */
  private static long length(ResponseHead head) {
    AsciiString said = head.fields().first(HeaderName.CONTENT_LENGTH);
    try {
      return said == null ? head.framing() : said.parseLong();
    } catch (NumberFormatException unreadable) {
      return head.framing();
    }
  }

  private static String mediaType(AsciiString type) {
    int end = type.indexOf(';', 0);
    return (end < 0 ? type : type.subSequence(0, end)).trim().toString().toLowerCase(Locale.ROOT);
  }

  /** The bytes are others now, though what they mean is the same (RFC 9110 section 8.8.1). */
  private static void weaken(Fields fields) {
    AsciiString tag = fields.first("ETag");
    if (tag != null && !tag.startsWith("W/")) {
      String weak = "W/" + tag;
      fields.remove("ETag");
      fields.add("ETag", weak);
    }
  }

  /** The client's favourite; of several the operator's. Null for none. */
  private @Nullable Encoding choose(Fields asked) {
    double[] named = new double[Encoding.values().length];
    Arrays.fill(named, -1);
    double[] any = {0};
    for (int i = 0; i < asked.count(); i++) {
      if (asked.name(i).contentEqualsIgnoreCase("Accept-Encoding")) {
        Qualities.read(
            asked.value(i),
            (name, quality) -> {
              for (Encoding encoding : settings.encodings()) {
                if (name.contentEqualsIgnoreCase(encoding.text())) {
                  named[encoding.ordinal()] = quality;
                }
              }
              any[0] = name.contentEquals("*") ? quality : any[0];
            });
        break;
      }
    }
    Encoding best = null;
    double most = 0;
    for (Encoding encoding : settings.encodings()) {
      double said = named[encoding.ordinal()];
      double quality = said < 0 ? any[0] : said;
      if (quality > most && Compressor.knows(encoding)) {
        most = quality;
        best = encoding;
      }
    }
    return best;
  }
}
