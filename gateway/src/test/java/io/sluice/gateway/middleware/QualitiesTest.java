package io.sluice.gateway.middleware;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QualitiesTest {
  /** However long a list a client sends, the work has a bound. */
  @ParameterizedTest
  @ValueSource(strings = {"a;q=0.1,", ",", "gzip;;;;;;;;q=1,", " , ; "})
  void ofALongListOnlyTheBeginningIsRead(String part) {
    List<String> names = new ArrayList<>();

    Qualities.read(
        AsciiString.of(part.repeat(10_000)), (name, quality) -> names.add(name.toString()));

    assertThat(names.size()).isLessThanOrEqualTo(64);
  }
}
