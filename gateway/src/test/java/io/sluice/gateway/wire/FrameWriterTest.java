package io.sluice.gateway.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http2.DefaultHttp2FrameWriter;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2FrameWriter;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameWriterTest {
  private static final int MAX_FRAME = 16 * 1024;

  /** A channel whose gathering stands below a handler in the codec's place, and a writer on it. */
  private static final class Side {
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final ChannelHandlerContext codec;
    private final Http2FrameWriter writer;

    Side(Function<FrameGathering, Http2FrameWriter> writer) {
      FrameGathering gathering = new FrameGathering(channel);
      channel.pipeline().addLast(gathering, new ChannelInboundHandlerAdapter());
      codec = channel.pipeline().lastContext();
      this.writer = writer.apply(gathering);
    }

    /** In hexadecimal digits, what has gone since it was asked last. */
    String sent() {
      ByteBuf all = Unpooled.buffer();
      for (ByteBuf piece = channel.readOutbound(); piece != null; piece = channel.readOutbound()) {
        all.writeBytes(piece);
        piece.release();
      }
      return ByteBufUtil.hexDump(all);
    }
  }

  private static Side ours() {
    return new Side(FrameWriter::new);
  }

  private static ByteBuf body(int bytes) {
    byte[] content = new byte[bytes];
    new Random(bytes).nextBytes(content);
    return Unpooled.wrappedBuffer(content);
  }

  private static Http2Headers head(int bytes) {
    return new DefaultHttp2Headers().status("200").add("x-long", "v".repeat(bytes));
  }

  /** Some frames of one connection, as this seed has it. */
  private static String frames(Side side, long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 60; i++) {
      int id = 2 * random.nextInt(1_000) + 1;
      boolean ends = random.nextBoolean();
      int most = 1 << random.nextInt(17);
      ChannelPromise promise = side.channel.newPromise();
      switch (random.nextInt(6)) {
        case 0, 1 ->
            side.writer.writeHeaders(
                side.codec, id, head(random.nextInt(most)), i % 3, ends, promise);
        case 2, 3 ->
            side.writer.writeData(side.codec, id, body(random.nextInt(most)), 0, ends, promise);
        case 4 ->
            side.writer.writeData(side.codec, id, body(random.nextInt(300)), 9, ends, promise);
        default -> side.writer.writePing(side.codec, false, i, promise);
      }
      if (random.nextInt(8) == 0) {
        side.channel.flush();
      }
    }
    side.channel.flush();
    return side.sent();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void theBytesAreThoseOfNettysWriter(long seed) throws Exception {
    Side theirs = new Side(gathering -> new DefaultHttp2FrameWriter());
    Side ours = ours();
    ours.writer.configuration().frameSizePolicy().maxFrameSize(MAX_FRAME);

    assertThat(frames(ours, seed)).isEqualTo(frames(theirs, seed));
  }

  @Test
  void smallFramesBetweenTwoFlushesAreOneWrite() {
    Side side = ours();
    for (int id = 1; id < 16; id += 2) {
      side.writer.writeHeaders(side.codec, id, head(20), 0, false, side.channel.newPromise());
      side.writer.writeData(side.codec, id, body(100), 0, true, side.channel.newPromise());
    }
    assertThat(side.channel.outboundMessages()).isEmpty();
    side.channel.flush();

    assertThat(side.channel.outboundMessages()).hasSize(1);
    side.channel.finishAndReleaseAll();
  }

  @Test
  void aHeadThatThePeerDoesNotTakeLeavesNothingBehind() throws Exception {
    Side side = ours();
    side.writer.configuration().headersConfiguration().maxHeaderListSize(100);
    side.writer.writeHeaders(side.codec, 1, head(10), 0, false, side.channel.newPromise());
    ChannelFuture refused =
        side.writer.writeHeaders(side.codec, 3, head(500), 0, true, side.channel.newPromise());
    side.channel.flush();
    String sent = side.sent();

    assertThat(refused.cause()).hasMessageContaining("100");
    Side other = ours();
    other.writer.writeHeaders(other.codec, 1, head(10), 0, false, other.channel.newPromise());
    other.channel.flush();
    assertThat(sent).isEqualTo(other.sent());
  }

  @Test
  void whoeverWaitsForTheEndIsToldWhenItHasGone() {
    Side side = ours();
    ChannelFuture last =
        side.writer.writeData(side.codec, 1, body(10), 0, true, side.channel.newPromise());
    ChannelFuture ping = side.writer.writePing(side.codec, true, 1, side.channel.newPromise());
    assertThat(last.isDone()).isFalse();
    assertThat(ping.isDone()).isFalse();
    side.channel.flush();

    assertThat(last.isSuccess()).isTrue();
    assertThat(ping.isSuccess()).isTrue();
    side.channel.finishAndReleaseAll();
  }

  @Test
  void whoeverWaitsIsToldWhereItNeverGoes() {
    Side broken = ours();
    broken
        .channel
        .pipeline()
        .addFirst(
            new ChannelDuplexHandler() {
              @Override
              public void write(ChannelHandlerContext ctx, Object piece, ChannelPromise promise) {
                ((ByteBuf) piece).release();
                promise.setFailure(new IOException("connection reset"));
              }
            });
    List<ChannelFuture> ends = new ArrayList<>();
    for (int id = 1; id < 8; id += 2) {
      ends.add(
          broken.writer.writeHeaders(
              broken.codec, id, head(5), 0, true, broken.channel.newPromise()));
    }
    broken.channel.flush();
    assertThat(ends).allSatisfy(end -> assertThat(end.cause()).hasMessage("connection reset"));

    Side closed = ours();
    ChannelFuture end =
        closed.writer.writeData(closed.codec, 1, body(10), 0, true, closed.channel.newPromise());
    closed.channel.unsafe().close(closed.channel.voidPromise());
    closed.channel.runPendingTasks();
    assertThat(end.isDone()).isTrue();
    assertThatThrownBy(end::sync).isInstanceOf(IOException.class);
  }
}
