package io.sluice.gtin.gtin;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever a code is, it is read or refused; what is read is a number with its check digit, and is
 * read as itself from its own form. {@code deploy/fuzz} looks for more.
 */
class GtinFuzzTest {
  static Stream<String> someCodes() {
    return Stream.of(
        "9521000000018",
        "0952453-5",
        "(01)09521000000018(10)A1",
        "]d20109521000000018\u001d10A1",
        "https://id.gs1.org/01/09521000000018/10/A?17=251231",
        "https://id.gs1.org/AQnYUc1gmiaaVw",
        "6.11E+12",
        "0-306-40615-2",
        "ISSN 0264-3596",
        "M-2306-7118-7",
        "\u0669\u0665\u0662\u0661");
  }

  @MethodSource("someCodes")
  @FuzzTest(maxDuration = "30s")
  void codes(@NotNull String text) {
    Reading reading = GtinReader.read(text);
    assertThat(GtinReader.read(text)).isEqualTo(reading);
    if (reading instanceof Reading.One one) {
      String digits = one.gtin().text();
      assertThat(digits).matches("\\d{14}");
      assertThat(GtinReader.read(digits)).isInstanceOf(Reading.One.class);
    }
    for (Form form : Form.values()) {
      assertThat(GtinReader.read(text, new As(Set.of(form)))).isNotNull();
    }
  }

  static Stream<String> somePacked() {
    return Stream.of("AQnYUc1gmiaaVw", "ARHKVAdpQg", "CAEC", "_", "AAAAAAAAAAAAAAAAAAAAAAAA");
  }

  @MethodSource("somePacked")
  @FuzzTest(maxDuration = "30s")
  void packedLinks(@NotNull String segment) {
    PackedLink.number(segment)
        .ifPresent(number -> assertThat(number).isBetween(0L, 99_999_999_999_999L));
    PackedLink.firstNumber(segment)
        .ifPresent(number -> assertThat(number).isBetween(0L, 99_999_999_999_999L));
  }
}
