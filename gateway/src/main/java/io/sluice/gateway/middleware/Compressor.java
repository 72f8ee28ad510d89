package io.sluice.gateway.middleware;

import com.aayushatharva.brotli4j.Brotli4jLoader;
import com.aayushatharva.brotli4j.encoder.BrotliOutputStream;
import com.aayushatharva.brotli4j.encoder.Encoder;
import com.github.luben.zstd.ZstdOutputStream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufOutputStream;
import io.netty.buffer.Unpooled;
import io.sluice.gateway.config.Compress.Encoding;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/** One response's body in a coding. What is given back is all that the coding can say so far. */
final class Compressor implements BodyFilter {
  private static final int GZIP_LEVEL = 5;
  private static final int BR_QUALITY = 4;
  private static final int BR_WINDOW_BITS = 18;
  private static final int ZSTD_LEVEL = 3;
  private static final int BUFFER_BYTES = 8_192;

  /** Where the coder writes to: what it has said since the last look. */
  private static final class Target extends OutputStream {
    private @Nullable ByteBufOutputStream said;

    private ByteBufOutputStream open() {
      if (said == null) {
        said = new ByteBufOutputStream(ByteBufAllocator.DEFAULT.buffer(BUFFER_BYTES));
      }
      return said;
    }

    @Override
    public void write(int b) throws IOException {
      open().write(b);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      open().write(bytes, from, length);
    }

    ByteBuf take() {
      ByteBuf taken = said == null ? Unpooled.EMPTY_BUFFER : said.buffer();
      said = null;
      return taken;
    }
  }

  /** A coder has up to three megabytes of its own, outside the heap, until its body has ended. */
  private static final int MOST_AT_ONCE = 256;

  private static final AtomicInteger AT_ONCE = new AtomicInteger();

  private final Target target = new Target();
  private final OutputStream coder;
  private boolean dirty;
  private boolean ended;

  /** Whether there may be another one now. */
  static boolean hasRoom() {
    return AT_ONCE.get() < MOST_AT_ONCE;
  }

  Compressor(Encoding encoding) {
    AT_ONCE.incrementAndGet();
    try {
      this.coder =
          switch (encoding) {
            case GZIP -> new Gzip(target);
            case BR ->
                new BrotliOutputStream(
                    target,
                    new Encoder.Parameters().setQuality(BR_QUALITY).setWindow(BR_WINDOW_BITS),
                    BUFFER_BYTES);
            case ZSTD -> new ZstdOutputStream(target, ZSTD_LEVEL);
          };
    } catch (IOException impossible) {
      throw new IllegalStateException("nothing but memory is written to", impossible);
    }
  }

  /** Whether this machine can do it. */
  static boolean knows(Encoding encoding) {
    return encoding != Encoding.BR || Brotli4jLoader.isAvailable();
  }

  private static final class Gzip extends GZIPOutputStream {
    Gzip(OutputStream out) throws IOException {
      super(out, BUFFER_BYTES, true);
      def.setLevel(GZIP_LEVEL);
    }

    /** Its memory is not the heap's. */
    void end() {
      def.end();
    }
  }

  @Override
  public ByteBuf onPiece(ByteBuf piece) {
    try {
      piece.readBytes(coder, piece.readableBytes());
      dirty = true;
    } catch (IOException impossible) {
      throw new IllegalStateException("nothing but memory is written to", impossible);
    } finally {
      piece.release();
    }
    return target.take();
  }

  @Override
  public ByteBuf onPause() {
    if (!dirty || ended) {
      return Unpooled.EMPTY_BUFFER;
    }
    dirty = false;
    try {
      coder.flush();
    } catch (IOException impossible) {
      throw new IllegalStateException("nothing but memory is written to", impossible);
    }
    return target.take();
  }

  @Override
  public ByteBuf onEnd() {
    end();
    return target.take();
  }

  private void end() {
    if (!ended) {
      ended = true;
      AT_ONCE.decrementAndGet();
      try {
        coder.close();
      } catch (IOException impossible) {
        throw new IllegalStateException("nothing but memory is written to", impossible);
      }
      if (coder instanceof Gzip gzip) {
        gzip.end();
      }
    }
  }

  @Override
  public void close() {
    end();
    target.take().release();
  }
}
