package io.sluice.gateway.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.netty.util.AsciiString;
import io.sluice.gateway.config.Split;
import io.sluice.gateway.config.Split.Share;
import io.sluice.gateway.route.RouteInput;
import io.sluice.gateway.route.RouteSyntaxException;
import io.sluice.gateway.upstream.ConsistentHash;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CompiledSplitTest {
  private static final int CLIENTS = 100_000;

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 5, 50, 99})
  void sharesAreAsWrittenForAddressesAndForChance(int share) throws RouteSyntaxException {
    CompiledSplit split = split(share, "");
    Random random = new Random(1);
    int byAddress = 0;
    int byChance = 0;
    for (int i = 0; i < CLIENTS; i++) {
      byAddress += isNew(split, "", address(i)) ? 1 : 0;
      byChance += split.pick(new Header(""), random.nextLong()).equals("new") ? 1 : 0;
    }

    assertThat(byAddress / (double) CLIENTS).isCloseTo(share / 100.0, within(0.01));
    assertThat(byChance / (double) CLIENTS).isCloseTo(share / 100.0, within(0.01));
  }

  @Test
  void whoIsInAGrowingShareStaysInIt() throws RouteSyntaxException {
    for (int i = 0; i < 2_000; i++) {
      boolean before = false;
      for (int share = 0; share <= 100; share += 5) {
        boolean now = isNew(split(share, ""), "", address(i));
        assertThat(now || !before).isTrue();
        before = now;
      }
    }
  }

  @Test
  void testersGoToTheirBackendWhateverTheWeightsAre() throws RouteSyntaxException {
    CompiledSplit split = split(0, "Header(`X-Tester`, `yes`)");

    assertThat(isNew(split, "yes", "a")).isTrue();
    assertThat(isNew(split, "no", "a")).isFalse();
  }

  private static CompiledSplit split(int share, String testers) throws RouteSyntaxException {
    return CompiledSplit.of(
        new Split(
            List.of(new Share("old", 100 - share, ""), new Share("new", share, testers)), null));
  }

  private static boolean isNew(CompiledSplit split, String tester, String client) {
    return split.pick(new Header(tester), ConsistentHash.hash(client)).equals("new");
  }

  private static String address(int i) {
    return "10." + (i >> 16) + "." + (i >> 8 & 255) + "." + (i & 255);
  }

  /** A request with an X-Tester. */
  private record Header(String tester) implements RouteInput {
    @Override
    public AsciiString host() {
      return AsciiString.EMPTY_STRING;
    }

    @Override
    public AsciiString path() {
      return AsciiString.of("/");
    }

    @Override
    public AsciiString method() {
      return AsciiString.of("GET");
    }

    @Override
    public @Nullable AsciiString header(CharSequence name) {
      return AsciiString.of(tester);
    }
  }
}
