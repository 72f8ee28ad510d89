package io.sluice.gateway.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.config.KeyTree;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** An outage of the store empties no backend; nothing else of it outlives its lease. */
class UnconfirmedServersTest {
  private static final String LEASED = "backends/b/servers/leased";
  private static final String WRITTEN = "backends/b/servers/written";

  private final AtomicLong clock = new AtomicLong();
  private final UnconfirmedServers servers =
      new UnconfirmedServers(clock::get, Duration.ofSeconds(30));
  private final KeyTree tree =
      KeyTree.EMPTY.edit().put(LEASED, new byte[] {1}).put(WRITTEN, new byte[] {2}).done();

  UnconfirmedServersTest() {
    servers.listed(KeyTree.EMPTY, tree, Set.of(LEASED, "frontends/f/frontend"));
  }

  private void pass(int seconds) {
    clock.addAndGet(Duration.ofSeconds(seconds).toNanos());
  }

  @Test
  void aLeaseThatEndsWhileTheStoreIsThereSaysThatItsServerIsGone() {
    assertThat(servers.keeps(LEASED)).isFalse();
    servers.storeIsBack();
    assertThat(servers.keeps(LEASED)).isFalse();
  }

  @Test
  void aLeaseThatEndsSoonAfterAnOutageSaysNothing() {
    servers.storeIsAway();
    pass(3600);
    servers.storeIsBack();
    pass(29);

    assertThat(servers.keeps(LEASED)).isTrue();
    assertThat(servers.keeps(WRITTEN)).isFalse();
    assertThat(servers.keeps("frontends/f/frontend")).isFalse();
    assertThat(servers.kept()).containsExactly(LEASED);
    assertThat(servers.nanosLeft()).isEqualTo(Duration.ofSeconds(1).toNanos());
    pass(1);
    assertThat(servers.nanosLeft()).isZero();
    assertThat(servers.withoutThem(tree).find(LEASED)).isNull();
    assertThat(servers.withoutThem(tree).find(WRITTEN)).isNotNull();
    assertThat(servers.kept()).isEmpty();
    assertThat(servers.nanosLeft()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void onceTheTimeOfDoubtIsOverALeaseSaysAgainWhatItSays() {
    servers.storeIsAway();
    servers.storeIsBack();
    pass(30);

    assertThat(servers.keeps(LEASED)).isFalse();
  }

  @Test
  void whoRegistersAgainIsConfirmed() {
    servers.storeIsAway();
    servers.storeIsBack();
    servers.keeps(LEASED);

    servers.put(LEASED, true);

    assertThat(servers.kept()).isEmpty();
    pass(31);
    assertThat(servers.keeps(LEASED)).isFalse();
  }

  @Test
  void whatAListLacksIsKeptAsLongAsItIsInDoubt() {
    servers.storeIsAway();
    servers.storeIsBack();
    KeyTree without = KeyTree.EMPTY.edit().put(WRITTEN, new byte[] {2}).done();

    KeyTree first = servers.listed(tree, without, Set.of());
    assertThat(first.find(LEASED)).isNotNull();
    assertThat(servers.listed(first, without, Set.of()).find(LEASED)).isNotNull();
    pass(30);
    assertThat(servers.listed(first, without, Set.of()).find(LEASED)).isNull();
    assertThat(servers.kept()).isEmpty();
  }

  @Test
  void anOutageAfterAnotherBeginsTheTimeAnew() {
    servers.storeIsAway();
    servers.storeIsBack();
    pass(20);
    servers.storeIsAway();
    pass(20);
    assertThat(servers.keeps(LEASED)).isTrue();
    assertThat(servers.nanosLeft()).isEqualTo(Long.MAX_VALUE);
    servers.storeIsBack();
    assertThat(servers.nanosLeft()).isEqualTo(Duration.ofSeconds(30).toNanos());
  }
}
