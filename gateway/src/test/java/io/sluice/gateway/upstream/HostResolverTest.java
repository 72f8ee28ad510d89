package io.sluice.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Names are followed, in virtual time. */
class HostResolverTest {
  private final AtomicLong clock = new AtomicLong();
  private final HostResolver resolver =
      new HostResolver(host -> lookUp(), clock::get, Runnable::run);
  private List<InetAddress> now = addresses("192.0.2.1");
  private boolean away;

  private List<InetAddress> lookUp() throws UnknownHostException {
    if (away) {
      throw new UnknownHostException("away");
    }
    return now;
  }

  private static List<InetAddress> addresses(String... texts) {
    return java.util.Arrays.stream(texts).map(HostResolverTest::address).toList();
  }

  private static InetAddress address(String text) {
    try {
      return InetAddress.getByName(text);
    } catch (UnknownHostException notDigits) {
      throw new AssertionError(notDigits);
    }
  }

  private void pass(Duration time) {
    clock.addAndGet(time.toNanos());
  }

  @Test
  void allAddressesOfANameAreGivenInTheirOrder() {
    now = addresses("192.0.2.2", "2001:db8::1", "192.0.2.1");

    assertThat(resolver.resolve("origin.test").join()).isEqualTo(now);
  }

  @Test
  void afterTheStatedTimeNobodyGetsAnAddressThatTheNameNoLongerHas() {
    resolver.resolve("origin.test").join();
    now = addresses("192.0.2.9");

    pass(HostResolver.STALE);

    assertThat(resolver.resolve("origin.test").join()).isEqualTo(now);
  }

  @Test
  void aBusyNameIsFollowedAsSoon() {
    resolver.resolve("origin.test").join();
    now = addresses("192.0.2.9");
    for (int second = 0; second < 11; second++) {
      pass(Duration.ofSeconds(1));
      resolver.resolve("origin.test").join();
    }

    assertThat(resolver.resolve("origin.test").join()).isEqualTo(now);
  }

  @Test
  void aResolverThatIsAwayTakesNoAddressAway() {
    resolver.resolve("origin.test").join();
    away = true;

    pass(Duration.ofMinutes(5));
    assertThat(resolver.resolve("origin.test").join()).isEqualTo(addresses("192.0.2.1"));

    pass(Duration.ofMinutes(11));
    assertThat(resolver.resolve("origin.test")).isCompletedExceptionally();
  }

  @Test
  void aFailureIsNotKept() {
    away = true;
    assertThat(resolver.resolve("origin.test")).isCompletedExceptionally();
    away = false;

    assertThat(resolver.resolve("origin.test").join()).isEqualTo(now);
  }

  @Test
  void digitsAreNotLookedUp() {
    away = true;

    assertThat(resolver.resolve("192.0.2.7").join()).isEqualTo(addresses("192.0.2.7"));
    assertThat(resolver.resolve("2001:db8::7").join()).isEqualTo(addresses("2001:db8::7"));
  }
}
