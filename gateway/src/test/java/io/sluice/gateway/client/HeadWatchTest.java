package io.sluice.gateway.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeadWatchTest {
  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int CONTINUATION = 9;
  private static final int END_HEADERS = 4;
  private static final int PREFACE = 24;

  private final ByteArrayOutputStream sent = new ByteArrayOutputStream();

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 9, 10, 1000})
  void aHeadIsOpenFromItsFirstFrameToItsLastHoweverItIsCut(int pieceBytes) {
    sent.writeBytes(new byte[PREFACE]);
    frame(4, 0, 0);
    frame(HEADERS, END_HEADERS, 30);
    frame(DATA, 0, 20);
    assertThat(isOpen(pieceBytes)).isFalse();

    frame(HEADERS, 0, 10);
    assertThat(isOpen(pieceBytes)).isTrue();
    frame(CONTINUATION, 0, 0);
    assertThat(isOpen(pieceBytes)).isTrue();

    frame(CONTINUATION, END_HEADERS, 3);
    assertThat(isOpen(pieceBytes)).isFalse();
  }

  @Test
  void aFrameOfAHeadThatHasBegunIsAnOpenHead() {
    sent.writeBytes(new byte[PREFACE]);
    frame(HEADERS, END_HEADERS, 10);
    byte[] all = sent.toByteArray();
    HeadWatch watch = new HeadWatch(PREFACE);

    look(watch, all, 0, all.length - 1);
    assertThat(watch.isOpen()).isTrue();
    look(watch, all, all.length - 1, all.length);

    assertThat(watch.isOpen()).isFalse();
  }

  private void frame(int type, int flags, int length) {
    sent.writeBytes(new byte[] {0, 0, (byte) length, (byte) type, (byte) flags, 0, 0, 0, 1});
    sent.writeBytes(new byte[length]);
  }

  private boolean isOpen(int pieceBytes) {
    byte[] all = sent.toByteArray();
    HeadWatch watch = new HeadWatch(PREFACE);
    for (int from = 0; from < all.length; from += pieceBytes) {
      look(watch, all, from, Math.min(all.length, from + pieceBytes));
    }
    return watch.isOpen();
  }

  private static void look(HeadWatch watch, byte[] all, int from, int to) {
    ByteBuf bytes = Unpooled.wrappedBuffer(all, from, to - from);
    watch.look(bytes);
    assertThat(bytes.readableBytes()).isEqualTo(to - from);
    bytes.release();
  }
}
