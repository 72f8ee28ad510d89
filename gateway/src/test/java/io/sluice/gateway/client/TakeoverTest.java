package io.sluice.gateway.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollServerSocketChannel;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Whoever runs goes when the other one serves, and stays when it does not. */
@EnabledOnOs(OS.LINUX)
class TakeoverTest {
  static {
    Epoll.ensureAvailability();
  }

  @TempDir private Path folder;
  private final List<String> done = Collections.synchronizedList(new ArrayList<>());
  private final EpollServerSocketChannel socket = new EpollServerSocketChannel();
  private TakeoverDoor door;

  @BeforeEach
  void open() throws IOException {
    door = TakeoverDoor.open(folder, holder());
  }

  @AfterEach
  void close() {
    door.close();
    socket.unsafe().closeForcibly();
  }

  private TakeoverDoor.Holder holder() {
    return new TakeoverDoor.Holder() {
      @Override
      public List<Integer> sockets() {
        return List.of(socket.fd().intValue(), socket.fd().intValue());
      }

      @Override
      public void standBack() {
        done.add("stands back");
      }

      @Override
      public void stepForward() {
        done.add("steps forward");
      }

      @Override
      public void leave() {
        done.add("leaves");
      }
    };
  }

  private Takeover begin() throws Exception {
    return Takeover.begin(TakeoverDoor.file(folder));
  }

  @Test
  void theOneThatServesSendsTheOtherAwayAndOpensADoorOfItsOwn() throws Exception {
    try (Takeover takeover = begin()) {
      assertThat(takeover.sockets()).hasSize(2).doesNotContain(socket.fd().intValue());
      assertThat(done).containsExactly("stands back");
      takeover.ready();
    }
    Awaitility.await().until(() -> done.contains("leaves"));
    assertThat(done).doesNotContain("steps forward");
    TakeoverDoor.open(folder, holder()).close();
  }

  @Test
  void whoDoesNotBecomeReadyLeavesTheOtherWhereItWas() throws Exception {
    begin().close();

    Awaitility.await().until(() -> done.contains("steps forward"));
    assertThat(done).doesNotContain("leaves");
    begin().close();
  }

  @Test
  void aDoorWithNobodyBehindIsReplacedAndOneWithSomebodyIsNot() throws Exception {
    assertThatThrownBy(() -> TakeoverDoor.open(folder, holder()))
        .hasMessageContaining("is another gateway's");
    Path left = folder.resolve("left");
    Files.createDirectory(left);
    ServerSocketChannel.open(StandardProtocolFamily.UNIX)
        .bind(UnixDomainSocketAddress.of(TakeoverDoor.file(left)))
        .close();

    assertThat(Takeover.begin(TakeoverDoor.file(left))).isNull();
    TakeoverDoor.open(left, holder()).close();
    assertThat(Takeover.begin(folder.resolve("nowhere"))).isNull();
  }
}
