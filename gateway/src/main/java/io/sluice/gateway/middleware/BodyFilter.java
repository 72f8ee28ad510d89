package io.sluice.gateway.middleware;

import io.netty.buffer.ByteBuf;

/** Changes the body of one response as it comes. Belongs to its exchange; one thread. */
public interface BodyFilter {
  /**
   * What is to be sent of it so far, perhaps nothing.
   *
   * @param piece which it releases, or gives back
   */
  ByteBuf onPiece(ByteBuf piece);

  /** What it has held back so that it might come with more; nothing more has come for now. */
  ByteBuf onPause();

  /** What is still to be sent. */
  ByteBuf onEnd();

  /** The exchange is over, perhaps in the middle. */
  void close();
}
