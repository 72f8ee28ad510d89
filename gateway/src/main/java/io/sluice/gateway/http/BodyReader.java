package io.sluice.gateway.http;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Cuts one body out of a connection's bytes (RFC 9112 sections 6 and 7), as slices of them.
 *
 * <p>Chunk extensions are dropped and bounded; trailers are read as strictly as heads. One thread.
 */
public final class BodyReader {
  private static final int MAX_SIZE_DIGITS = 15;
  private static final int MAX_SIZE_LINE = 4 * 1024;

  private enum State {
    DATA,
    SIZE,
    EXTENSION,
    SIZE_LF,
    DATA_CR,
    DATA_LF,
    TRAILERS,
    DONE
  }

  private final Fields trailers = new Fields();
  private final HeadReader trailerReader =
      new HeadReader(HeadReader.Kind.TRAILERS, HeadLimits.TRAILERS, trailers);
  private State state = State.DONE;
  private boolean chunked;
  private long remaining;
  private int sizeDigits;
  private int sizeLine;

  /** Begins a body of this {@link Framing}. */
  public void start(long framing) {
    chunked = framing == Framing.CHUNKED;
    if (chunked) {
      trailerReader.reset();
      nextChunk();
    } else {
      remaining = framing == Framing.UNTIL_CLOSE ? Long.MAX_VALUE : framing;
      state = remaining == 0 ? State.DONE : State.DATA;
    }
  }

  /** Whether the body is complete, its trailers included. */
  public boolean finished() {
    return state == State.DONE;
  }

  /**
   * The trailers of a finished chunked body, views until the next {@link #start}; empty for any
   * other.
   */
  public Fields trailers() {
    return chunked ? trailers : Fields.EMPTY;
  }

  /**
   * The next piece of content in {@code in}.
   *
   * @return a retained slice that the caller releases, or null when the body is finished or {@code
   *     in} holds no more of it
   * @throws ProxyError {@link Reason#BAD_CHUNK} or what is wrong with a trailer
   */
  public @Nullable ByteBuf next(ByteBuf in) {
    while (in.isReadable() && state != State.DONE) {
      switch (state) {
        case DATA -> {
          return data(in);
        }
        case SIZE -> size(in.readByte());
        case EXTENSION -> extension(in.readByte());
        case SIZE_LF -> sizeEnd(in.readByte());
        case DATA_CR -> expect(in.readByte(), Ascii.CR, State.DATA_LF);
        case DATA_LF -> {
          expect(in.readByte(), Ascii.LF, State.SIZE);
          nextChunk();
        }
        case TRAILERS -> {
          if (trailerReader.feed(in)) {
            state = State.DONE;
          }
        }
        case DONE -> throw new IllegalStateException("a finished body was read");
      }
    }
    return null;
  }

  private ByteBuf data(ByteBuf in) {
    int length = (int) Math.min(remaining, in.readableBytes());
    remaining -= length;
    if (remaining == 0) {
      state = chunked ? State.DATA_CR : State.DONE;
    }
    return in.readRetainedSlice(length);
  }

  private void nextChunk() {
    state = State.SIZE;
    remaining = 0;
    sizeDigits = 0;
    sizeLine = 0;
  }

  private void size(byte b) {
    int digit = Ascii.hex(b);
    if (digit >= 0) {
      if (++sizeDigits > MAX_SIZE_DIGITS) {
        throw Reason.BAD_CHUNK.error();
      }
      remaining = remaining << 4 | digit;
    } else if (sizeDigits > 0 && b == Ascii.CR) {
      state = State.SIZE_LF;
    } else if (sizeDigits > 0 && b == ';') {
      state = State.EXTENSION;
    } else {
      throw Reason.BAD_CHUNK.error();
    }
  }

  private void extension(byte b) {
    if (b == Ascii.CR) {
      state = State.SIZE_LF;
    } else if (!Ascii.isFieldValue(b) || ++sizeLine > MAX_SIZE_LINE) {
      throw Reason.BAD_CHUNK.error();
    }
  }

  private void sizeEnd(byte b) {
    expect(b, Ascii.LF, remaining == 0 ? State.TRAILERS : State.DATA);
  }

  private void expect(byte b, byte wanted, State next) {
    if (b != wanted) {
      throw Reason.BAD_CHUNK.error();
    }
    state = next;
  }
}
