package io.sluice.gtin.gtin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GtinReaderTest {
  @ParameterizedTest(name = "{0} is {1}, a {2}")
  @CsvSource(
      ignoreLeadingAndTrailingWhitespace = false,
      value = {
        "9521234543213,09521234543213,GTIN-13,GTIN-13,",
        "09521234543213,09521234543213,GTIN-13,GTIN-14,",
        "19521000000015,19521000000015,GTIN-14,GTIN-14,",
        "614141000418,00614141000418,GTIN-12,GTIN-12,",
        "0614141000418,00614141000418,GTIN-12,GTIN-13,",
        "96385074,00000096385074,GTIN-8,GTIN-8,",
        "09524535,00095200000455,GTIN-12,UPC-E,upc-e-expanded",
        "95200000455,00095200000455,GTIN-12,GTIN-12,leading-zeros-restored",
        "952-1234-54321-3,09521234543213,GTIN-13,GTIN-13,separators-removed",
        "952 1234 54321 3,09521234543213,GTIN-13,GTIN-13,separators-removed",
        "952\u20131234\u00a0543213,09521234543213,GTIN-13,GTIN-13,separators-removed",
        "  9521234543213\t,09521234543213,GTIN-13,GTIN-13,trimmed",
      })
  void everyFormLeadsToOneNumber(String text, String gtin, String type, String form, String step) {
    assertThat(GtinReader.read(text))
        .isInstanceOfSatisfying(
            Reading.One.class,
            one -> {
              assertThat(one.gtin().text()).isEqualTo(gtin);
              assertThat(one.gtin().type().text()).isEqualTo(type);
              assertThat(one.form()).isEqualTo(form);
              if (step == null) {
                assertThat(one.steps()).isEmpty();
              } else {
                assertThat(one.steps()).extracting(Reading.Step::code).containsExactly(step);
              }
            });
  }

  @ParameterizedTest(name = "\"{0}\" is refused: {1}")
  @CsvSource(
      ignoreLeadingAndTrailingWhitespace = false,
      delimiter = '|',
      value = {
        "|empty|found nothing",
        "   |empty|found nothing",
        "9521234543210|check-digit|found check digit 0 in 9521234543210, expected 3",
        "00000000000000|all-zero|zeros only",
        "00000000|all-zero|zeros only",
        "1234567|length|found 7 digits",
        "123456789012345|length|found 15 digits",
        "12345678901|length|no GTIN-12 without its zeros",
        "room 4006381 price 333931|characters|found \"r\" at character 1",
        "6.11E+12|characters|found \".\" at character 2",
        "-9521234543213|characters|found \"-\" at character 1",
        "9521234543213-|characters|found \"-\" at character 14",
        "\u0664\u0660\u0660\u0666\u0663\u0668\u0661\u0663\u0663\u0663\u0669\u0663\u0661|characters|found"
            + " U+0664",
        "\uff14006381333931|characters|found U+FF14",
        "952123454\u0000213|characters|found U+0000",
        "O9521234543213|characters|found \"O\"",
      })
  void whatIsDoubtfulIsRefusedWithAReason(String text, String code, String detail) {
    assertThat(GtinReader.read(text == null ? "" : text))
        .isInstanceOfSatisfying(
            Reading.Refused.class,
            refused -> {
              assertThat(refused.code()).isEqualTo(code);
              assertThat(refused.detail()).contains(detail);
            });
  }

  @Test
  void eightDigitsThatMeanTwoNumbersAreBothReported() {
    // A UPC-E whose sixth digit is 5 to 9 keeps its parity: it is a GTIN-8 as well.
    assertThat(GtinReader.read("01234565"))
        .isInstanceOfSatisfying(
            Reading.Several.class,
            several ->
                assertThat(several.candidates())
                    .extracting(one -> one.gtin().text())
                    .containsExactly("00012345000065", "00000001234565"));
  }

  @ParameterizedTest
  @ValueSource(ints = {64, 65, 100_000})
  void longTextIsRefusedWithoutBeingRead(int length) {
    assertThat(GtinReader.read("1".repeat(length))).isInstanceOf(Reading.Refused.class);
  }

  @Test
  void everySingleDigitErrorIsFound() {
    Random random = new Random(7);
    for (int n = 0; n < 2_000; n++) {
      long body = 1 + random.nextLong(9_999_999_999_999L - 1);
      String right = new Gtin(body * 10 + Gtin.checkDigit(body)).text();
      assertThat(GtinReader.read(right)).isInstanceOf(Reading.One.class);
      int at = random.nextInt(14);
      char wrong = (char) ('0' + (right.charAt(at) - '0' + 1 + random.nextInt(9)) % 10);
      String damaged = right.substring(0, at) + wrong + right.substring(at + 1);
      assertThat(GtinReader.read(damaged)).as(damaged).isInstanceOf(Reading.Refused.class);
    }
  }

  @Test
  void zerosInFrontNeverChangeTheNumber() {
    for (String text : new String[] {"0614141000418", "00614141000418"}) {
      assertThat(((Reading.One) GtinReader.read(text)).gtin())
          .isEqualTo(((Reading.One) GtinReader.read("614141000418")).gtin());
    }
  }
}
