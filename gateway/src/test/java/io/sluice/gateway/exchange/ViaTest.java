package io.sluice.gateway.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.AsciiString;
import io.sluice.gateway.http.Fields;
import org.junit.jupiter.api.Test;

/** A gateway knows a request that it has sent itself, and no other. */
class ViaTest {
  private final Via via = new Via();

  private static Fields via(CharSequence... values) {
    Fields fields = new Fields();
    fields.add("Host", "a");
    for (CharSequence value : values) {
      fields.add("vIa", value);
      fields.add("X", "y");
    }
    return fields;
  }

  @Test
  void whatItHasSentItselfIsALoopInEveryForm() {
    for (String version : new String[] {"1.0", "1.1", "2"}) {
      AsciiString mine = via.element(AsciiString.of(version));
      assertThat(mine.toString()).startsWith(version + " sluice-");
      assertThat(via.isLoop(via(mine))).isTrue();
      assertThat(via.isLoop(via("1.1 other", "2 cdn, " + mine + ", 1.1 last"))).isTrue();
    }
  }

  @Test
  void whatOthersHaveSentIsNone() {
    assertThat(via.isLoop(via())).isFalse();
    assertThat(via.isLoop(via(new Via().element(AsciiString.of("1.1"))))).isFalse();
    assertThat(via.isLoop(via("1.1 a, 1.1 b", "2 c"))).isFalse();
  }

  @Test
  void moreHopsThanAnySensibleWayHasAreALoopOfOthers() {
    assertThat(via.isLoop(via("1.1 a, ".repeat(20) + "1.1 a", "1.1 b, ".repeat(20) + "2 b")))
        .isTrue();
  }
}
