package io.sluice.gtin.gtin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PackedLinkTest {
  private static final Pattern ITEM = Pattern.compile("\\(01\\)([0-9]{14})");
  private static final String LETTERS =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

  /** Elements and their packed form, made by GS1's own toolkit and by one that others wrote. */
  static List<String> links() throws IOException {
    InputStream file = PackedLinkTest.class.getResourceAsStream("packed-links.tsv");
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(file, StandardCharsets.UTF_8))) {
      return lines.lines().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("links")
  void whatOthersPackIsReadWhereverTheNumberStands(String line) {
    String[] columns = line.split("\t");
    Matcher item = ITEM.matcher(columns[0]);

    OptionalLong expected =
        item.find() ? OptionalLong.of(Long.parseLong(item.group(1))) : OptionalLong.empty();
    assertThat(PackedLink.number(columns[1])).isEqualTo(expected);
  }

  @Test
  void aLinkThatWasCutOrContinuedIsNotBelieved() {
    String whole = "CxFRq5sE2o1XgkZCCjA5";
    assertThat(PackedLink.number(whole)).hasValue(9521234543213L);
    for (int length = 0; length < whole.length(); length++) {
      assertThat(PackedLink.number(whole.substring(0, length))).isEmpty();
    }
    for (char more : LETTERS.toCharArray()) {
      assertThat(PackedLink.number(whole + more)).isEmpty();
    }
  }

  /** One in ten of what is left has a right check digit by chance. */
  @Test
  void randomTextIsHardlyEverReadAsAPackedLink() {
    Random random = new Random(11);
    int believed = 0;
    for (int n = 0; n < 100_000; n++) {
      StringBuilder word = new StringBuilder();
      for (int length = 10 + random.nextInt(20); length > 0; length--) {
        word.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
      }
      believed += PackedLink.number(word.toString()).isPresent() ? 1 : 0;
    }
    assertThat(believed).isLessThan(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://dl.example/CxFRq5sE2o1XgkY",
        "https://dl.example/some/path/nWcOhyT7XaKja9LxSARFRq5sE2g?utm=1#top",
        "https://id.gs1.org/ARFRq5sE2gzzzzzzzz"
      })
  void aPackedLinkIsReadAtAnyHostAndAtGs1sThoughItsEndIsSpoilt(String link) {
    assertThat(GtinReader.read(link))
        .isInstanceOfSatisfying(
            Reading.One.class,
            one -> {
              assertThat(one.gtin().text()).isEqualTo("09521234543213");
              assertThat(one.steps())
                  .extracting(Reading.Step::code)
                  .containsExactly("link-decompressed");
            });
  }

  @Test
  void anAddressOfAnotherKindIsNoItem() {
    for (String link :
        List.of(
            "https://shop.example/ARFRq5sE2k",
            "https://dl.example/CxFRq5sE2o1XgkYzzzzzzzz",
            "https://shop.example/products/blue-suede-shoes",
            "https://shop.example/" + "A".repeat(3_000))) {
      assertThat(GtinReader.read(link)).isInstanceOf(Reading.Refused.class);
    }
  }
}
