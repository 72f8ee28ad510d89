package io.sluice.gtin.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;

/**
 * The JSON of a request's body, as it is or in gzip. Numbers keep all of their digits, and nothing
 * is deeper than what may be answered again.
 */
final class Bodies {
  static final int MOST_BYTES = 1 << 20;

  /** An answer nests what was sent a few levels deeper; its writer takes a thousand. */
  private static final int MOST_DEEP = 64;

  static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(MOST_DEEP).build())
                  .build())
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.USE_BIG_INTEGER_FOR_INTS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private Bodies() {}

  /**
   * The value that a body has.
   *
   * @param expected what it should be, for a message
   */
  static Object json(RoutingContext context, String expected) throws Malformed {
    Buffer body = context.body().buffer();
    byte[] bytes = body == null ? new byte[0] : body.getBytes();
    if (bytes.length == 0) {
      throw new Malformed(Problem.MALFORMED_BODY, "found no body, expected " + expected);
    }
    boolean small = MediaType.isGzip(context);
    try {
      Object value = JSON.readValue(small ? unpacked(bytes) : bytes, Object.class);
      if (value != null) {
        return value;
      }
    } catch (IOException none) {
      throw new Malformed(
          Problem.MALFORMED_BODY,
          "found no "
              + (small ? "gzip of " : "")
              + "JSON of at most "
              + MOST_DEEP
              + " levels, expected "
              + expected);
    }
    throw new Malformed(Problem.MALFORMED_BODY, "found null, expected " + expected);
  }

  private static byte[] unpacked(byte[] bytes) throws IOException, Malformed {
    try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
      byte[] unpacked = in.readNBytes(MOST_BYTES + 1);
      if (unpacked.length > MOST_BYTES) {
        throw new Malformed(
            Problem.BODY_TOO_LARGE, "expected a body of at most " + MOST_BYTES + " bytes");
      }
      return unpacked;
    }
  }
}
