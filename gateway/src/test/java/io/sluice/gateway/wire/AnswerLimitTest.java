package io.sluice.gateway.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.DefaultHttp2ConnectionEncoder;
import io.netty.handler.codec.http2.DefaultHttp2FrameWriter;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2LifecycleManager;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the other side asks for is answered while it reads the answers (RFC 9113 section 10.5). */
class AnswerLimitTest {
  private static final int FAR_TOO_MANY = 20_000;

  /** What has to be answered by the protocol itself. */
  enum Asked {
    PING,
    SETTINGS
  }

  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final List<Throwable> errors = new ArrayList<>();
  private final AnswerLimit encoder =
      new AnswerLimit(
          new DefaultHttp2ConnectionEncoder(
              new DefaultHttp2Connection(true), new DefaultHttp2FrameWriter()));
  private boolean read = true;
  private final ChannelHandlerContext codec;

  AnswerLimitTest() {
    channel
        .pipeline()
        .addLast(
            new ChannelOutboundHandlerAdapter() {
              @Override
              public void flush(ChannelHandlerContext ctx) {
                if (read) {
                  ctx.flush();
                }
              }
            },
            new ChannelInboundHandlerAdapter());
    codec = channel.pipeline().lastContext();
    encoder.lifecycleManager(
        (Http2LifecycleManager)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {Http2LifecycleManager.class},
                (self, method, told) -> {
                  if (method.getName().equals("onError")) {
                    errors.add((Throwable) told[2]);
                  }
                  return null;
                }));
  }

  /** Answers until the connection is ended; returns how often. */
  private int answer(Asked asked) {
    int answers = 0;
    while (answers < FAR_TOO_MANY && errors.isEmpty()) {
      switch (asked) {
        case PING -> encoder.writePing(codec, true, answers, codec.newPromise());
        case SETTINGS -> encoder.writeSettingsAck(codec, codec.newPromise());
      }
      codec.flush();
      channel.releaseOutbound();
      answers++;
    }
    return answers;
  }

  @ParameterizedTest
  @EnumSource
  void whoAsksForAnswersAndReadsNoneIsLeft(Asked asked) {
    read = false;
    assertThat(answer(asked)).isBetween(1_000, 10_000);

    assertThat(errors)
        .singleElement()
        .isInstanceOfSatisfying(
            Http2Exception.class,
            flood -> assertThat(flood.error()).isEqualTo(Http2Error.ENHANCE_YOUR_CALM));
    assertThat(channel.isOpen()).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void whoReadsTheAnswersMayAskForMore(Asked asked) {
    assertThat(answer(asked)).isEqualTo(FAR_TOO_MANY);
    channel.finishAndReleaseAll();
  }

  @Test
  void whatThisSideAsksForIsNotCounted() {
    read = false;
    for (int i = 0; i < FAR_TOO_MANY; i++) {
      encoder.writePing(codec, false, i, codec.newPromise());
    }
    assertThat(errors).isEmpty();
    channel.unsafe().close(channel.voidPromise());
  }
}
