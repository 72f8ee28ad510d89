package io.sluice.gateway.middleware;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.AsciiString;
import io.sluice.gateway.memory.SharedBudget;
import java.net.InetAddress;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SourcesTest {
  @Test
  void whatIsRememberedNeverTakesMoreThanItsBudget() {
    SharedBudget budget = new SharedBudget(1 << 20);
    Sources sources = new Sources(budget);
    for (int i = 0; i < 50_000; i++) {
      sources.bucket(i % 7, SourceKey.of(AsciiString.of("x".repeat(300) + i)));
    }

    assertThat(budget.used()).isBetween(budget.most() / 2, budget.most() + 288 * 16);
    assertThat(budget.refused()).isGreaterThan(40_000);
  }

  @Test
  void differentTextsAreDifferentSources() {
    Set<SourceKey> keys = new HashSet<>();
    String text = "";
    for (int i = 0; i < 2_000; i++) {
      assertThat(keys.add(SourceKey.of(AsciiString.of(text)))).isTrue();
      text += (char) ('a' + i % 3);
    }
    for (int i = 0; i < 100_000; i++) {
      assertThat(keys.add(SourceKey.of(AsciiString.of("n" + i)))).isTrue();
    }
    assertThat(SourceKey.of(AsciiString.of("xa").subSequence(1)))
        .isEqualTo(SourceKey.of(AsciiString.of("a")));
  }

  @Test
  void anIpv6CustomerIsOneSourceAndAnIpv4AddressIsOne() throws Exception {
    assertThat(source("2001:db8::1")).isEqualTo(source("2001:db8::ffff"));
    assertThat(source("2001:db8::1")).isNotEqualTo(source("2001:db8:0:1::1"));
    assertThat(source("192.0.2.1")).isNotEqualTo(source("192.0.2.2"));
  }

  private static SourceKey source(String address) throws Exception {
    return SourceKey.ofAddress(InetAddress.getByName(address));
  }
}
