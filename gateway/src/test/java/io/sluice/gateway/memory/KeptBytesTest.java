package io.sluice.gateway.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeptBytesTest {
  private static final long MEMORY = 4_000_000;

  private final LoopLedger ledger = new Ledger(MEMORY, MEMORY, 1_000, 1, () -> 0).loop(0);
  private final KeptBytes kept = new KeptBytes(ledger);

  @AfterEach
  void everythingIsGivenBack() {
    kept.release();
    assertThat(ledger.used(Budget.WAITING)).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 100, 10_000})
  void memoryIsInProportionToBytesHoweverTheyAreCut(int pieceBytes) {
    for (int sent = 0; sent < 60_000; sent += pieceBytes) {
      ByteBuf piece = Unpooled.wrappedBuffer(new byte[Math.min(pieceBytes, 60_000 - sent)]);

      assertThat(kept.add(piece)).isTrue();

      assertThat(piece.release()).isTrue();
    }

    assertThat(kept.size()).isEqualTo(60_000);
    assertThat(ledger.used(Budget.WAITING)).isBetween(60_000L, 130_000L);
  }

  @Test
  void bytesComeOutAsTheyWentIn() {
    add("one ");
    assertThat(kept.keep(text("two "))).isTrue();
    add("three");

    assertThat(string(kept.copy())).isEqualTo("one two three");
    assertThat(string(kept.take())).isEqualTo("one two three");
    assertThat(kept.size()).isZero();
  }

  @Test
  void whatWasGivenAwayIsNeverWrittenTo() {
    ByteBuf given = Unpooled.buffer(8).writeBytes(new byte[] {1, 2, 3, 4, 5, 6});
    ByteBuf view = given.retainedDuplicate().writerIndex(8);

    kept.keep(given);
    add("xx");

    assertThat(view.getByte(6)).isZero();
    view.release();
  }

  @Test
  void whatHasNoRoomIsRefusedAndWhatWasKeptStays() {
    add("kept");
    ByteBuf large = Unpooled.wrappedBuffer(new byte[700_000]);

    assertThat(kept.add(large)).isFalse();
    large.release();

    assertThat(string(kept.copy())).isEqualTo("kept");
  }

  private void add(String text) {
    ByteBuf piece = text(text);
    assertThat(kept.add(piece)).isTrue();
    piece.release();
  }

  private static ByteBuf text(String text) {
    return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
  }

  private static String string(ByteBuf bytes) {
    String text = bytes.toString(StandardCharsets.US_ASCII);
    bytes.release();
    return text;
  }
}
