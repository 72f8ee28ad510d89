package io.sluice.gateway.client;

import io.netty.buffer.ByteBuf;

/**
 * Whether a client has begun a head and not ended it: reads no more of an HTTP/2 connection's bytes
 * than the beginnings of its frames (RFC 9113 sections 4.1 and 4.3). Netty tells of a head when it
 * is complete, however long that takes. Owned by one connection.
 */
final class HeadWatch {
  private static final int FRAME_HEAD_BYTES = 9;
  private static final int TYPE_AT = 3;
  private static final int FLAGS_AT = 4;
  private static final int HEADERS = 1;
  private static final int CONTINUATION = 9;
  private static final int END_HEADERS = 4;

  private final byte[] frameHead = new byte[FRAME_HEAD_BYTES];
  private int known;
  private int payloadLeft;
  private boolean open;

  /**
   * @param preface how many bytes come before the first frame
   */
  HeadWatch(int preface) {
    this.payloadLeft = preface;
    this.known = FRAME_HEAD_BYTES;
  }

  /** Looks at bytes as they come, and leaves them as they are. */
  void look(ByteBuf in) {
    int at = in.readerIndex();
    int end = in.writerIndex();
    while (at < end) {
      if (known == FRAME_HEAD_BYTES) {
        int skipped = Math.min(payloadLeft, end - at);
        at += skipped;
        payloadLeft -= skipped;
        known = payloadLeft == 0 ? 0 : known;
      } else {
        frameHead[known++] = in.getByte(at++);
        if (known == FRAME_HEAD_BYTES) {
          begin();
        }
      }
    }
  }

  private void begin() {
    payloadLeft = (frameHead[0] & 0xff) << 16 | (frameHead[1] & 0xff) << 8 | (frameHead[2] & 0xff);
    int type = frameHead[TYPE_AT];
    if (type == HEADERS || type == CONTINUATION) {
      open = (frameHead[FLAGS_AT] & END_HEADERS) == 0;
    }
    if (payloadLeft == 0) {
      known = 0;
    }
  }

  /** Whether more of a head has to come. */
  boolean isOpen() {
    return open || (inFrame() && isOfHead());
  }

  private boolean inFrame() {
    return known == FRAME_HEAD_BYTES && payloadLeft > 0;
  }

  private boolean isOfHead() {
    return frameHead[TYPE_AT] == HEADERS || frameHead[TYPE_AT] == CONTINUATION;
  }
}
