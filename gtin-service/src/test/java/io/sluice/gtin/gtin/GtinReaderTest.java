package io.sluice.gtin.gtin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.Set;
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
        "080442957X,09780804429573,GTIN-13,ISBN-10,isbn-10-converted",
        "2434561X,09772434561006,GTIN-13,ISSN,issn-converted",
        "M230671187,09790230671187,GTIN-13,ISMN,ismn-converted",
        "(01)09521234543213(10)A1,09521234543213,GTIN-13,element string,element-extracted",
        "(01) 09521234543213 (17)261231,09521234543213,GTIN-13,element string,element-extracted",
        "0109521234543213,09521234543213,GTIN-13,element string,element-extracted",
        "010952123454321310A1\u001d17261231,09521234543213,GTIN-13,element"
            + " string,element-extracted",
        "\u001d17261231010952123454321321XYZ,09521234543213,GTIN-13,element"
            + " string,element-extracted",
        "<GS>10A1<GS>0109521234543213,09521234543213,GTIN-13,element string,element-extracted",
        "https://id.gs1.org/01/09521234543213,09521234543213,GTIN-13,GS1 Digital"
            + " Link,link-resolved",
        "HTTPS://ID.GS1.ORG/01/09521234543213,09521234543213,GTIN-13,GS1 Digital"
            + " Link,link-resolved",
        "https://example.com/01/12/shop/01/09521234543213/10/A%2F1/21/7?17=261231#x,09521234543213,GTIN-13,GS1"
            + " Digital Link,link-resolved",
        "https://example.com/01/09521234543213/,09521234543213,GTIN-13,GS1 Digital"
            + " Link,link-resolved",
        "/01/09521234543213,09521234543213,GTIN-13,GS1 Digital Link,link-resolved",
        "/01/09521234543213?next=http://x,09521234543213,GTIN-13,GS1 Digital Link,link-resolved",
      })
  void everyFormLeadsToOneNumber(String text, String gtin, String type, String form, String step) {
    assertThat(GtinReader.read(text))
        .isInstanceOfSatisfying(
            Reading.One.class,
            one -> {
              assertThat(one.gtin().text()).isEqualTo(gtin);
              assertThat(one.gtin().type().text()).isEqualTo(type);
              assertThat(one.form().text()).isEqualTo(form);
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
        "6.11E+12|precision-lost|digits can be missing",
        "-9521234543213|characters|found \"-\" at character 1",
        "9521234543213-|characters|found \"-\" at character 14",
        "\u0664\u0660\u0660\u0666\u0663\u0668\u0661\u0663\u0663\u0663\u0669\u0663\u0661|characters|found"
            + " U+0664",
        "\uff14006381333931|characters|found U+FF14",
        "952123454\u0000213|characters|found U+0000",
        "95212345O3213|characters|perhaps for 0",
        "5,41013E+12|precision-lost|digits can be missing",
        "952123454321X|characters|after 12 digits",
        "(02)09521234543213(37)10|not-an-item|found [(02), (37)], expected (01)",
        "(00)395212345000000015|not-an-item|found [(00)]",
        "(01)09521234543210|check-digit|expected 3",
        "(01)0952123|malformed|expected 14 digits",
        "(01)09521234543213(01)19521000000015|several-items|of one item",
        "]C10109521234543213310312|malformed|a whole element",
        "]E1|malformed|a symbology identifier",
        "]E112|not-an-item|add-on",
        "]E095212345432|length|expected 13 digits",
        "]E496385074x|length|expected 8 digits",
        "https://example.com/products/9521234543213|not-an-item|expected one with /01/",
        "https://example.com/01/09521234543210|check-digit|expected 3",
        "https://example.com/2024/01/20240110|not-an-item|with /01/",
        "https://shop.example/Glass_milk|not-an-item|with /01/",
        "https://x.example/Ginger_recipes|not-an-item|with /01/",
        "]E001234534|check-digit|found check digit 4",
        "https://example.com/01/%00|malformed|percent-encoded",
        "https://example.com/ARFRJydaAAAA|not-an-item|with /01/",
        "0-201-75041-5|check-digit|end of an ISBN-10, expected 4",
        "2434-561Z|characters|found \"Z\"",
        "2434-560X|check-digit|end of an ISSN",
        "M-2306-711|length|9 digits of an ISMN",
        "O9521234543213|characters|found \"O\"",
      })
  void whatIsDoubtfulIsRefusedWithAReason(String text, String code, String detail) {
    assertThat(GtinReader.read(text == null ? "" : text))
        .isInstanceOfSatisfying(
            Reading.Refused.class,
            refused -> {
              assertThat(refused.code().code()).isEqualTo(code);
              assertThat(refused.detail()).contains(detail);
            });
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "]E09521234543213,09521234543213,GTIN-13,symbology-identifier-removed",
    "]E0614141000418,00614141000418,GTIN-12,symbology-identifier-removed",
    "]E496385074,00000096385074,GTIN-8,symbology-identifier-removed",
    "]E401234565,00000001234565,GTIN-8,symbology-identifier-removed",
    "]E001234565,00012345000065,UPC-E,symbology-identifier-removed;upc-e-expanded",
    "]E3952123454321312,09521234543213,GTIN-13,symbology-identifier-removed;add-on-removed",
    "]C10109521234543213,09521234543213,element"
        + " string,symbology-identifier-removed;element-extracted",
    "]d2010952123454321310A,09521234543213,element"
        + " string,symbology-identifier-removed;element-extracted",
    "]e00119521000000015,19521000000015,element"
        + " string,symbology-identifier-removed;element-extracted",
    "]I119521000000015,19521000000015,GTIN-14,symbology-identifier-removed",
    "]A09521234543213,09521234543213,GTIN-13,symbology-identifier-removed",
    "]Q1https://id.gs1.org/01/09521234543213,09521234543213,GS1 Digital"
        + " Link,symbology-identifier-removed;link-resolved",
    "https://id.gs1.org/gtin/9521234543213,09521234543213,GS1 Digital"
        + " Link,link-resolved;old-syntax",
    "0-201-75041-4,09780201750416,ISBN-10,separators-removed;isbn-10-converted",
    "M-2306-7118-7,09790230671187,ISMN,separators-removed;ismn-converted",
    "0264-3596,09770264359008,ISSN,separators-removed;issn-converted",
  })
  void whatTheScannerSaysIsHeeded(String text, String gtin, String form, String steps) {
    assertThat(GtinReader.read(text))
        .isInstanceOfSatisfying(
            Reading.One.class,
            one -> {
              assertThat(one.gtin().text()).isEqualTo(gtin);
              assertThat(one.form().text()).isEqualTo(form);
              assertThat(one.steps())
                  .extracting(Reading.Step::code)
                  .containsExactly(steps.split(";"));
            });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\ufeff9521234543213",
        "\u00029521234543213\u0003",
        "9521234543213\r\n",
        "\t9521234543213\0"
      })
  void whatScannersAndFilesPutAroundIsTakenAway(String text) {
    assertThat(GtinReader.read(text))
        .isInstanceOfSatisfying(
            Reading.One.class,
            one -> {
              assertThat(one.gtin().value()).isEqualTo(9521234543213L);
              assertThat(one.steps()).extracting(Reading.Step::code).containsExactly("trimmed");
            });
  }

  @Test
  void twoFormsOfOneNumberAreOneReading() {
    assertThat(GtinReader.read("00000055")).isInstanceOf(Reading.One.class);
  }

  @Test
  void aHintDecidesBetweenReadings() {
    assertThat(GtinReader.read("01234565", new As(Set.of(Form.GTIN_8))))
        .isInstanceOfSatisfying(
            Reading.One.class, one -> assertThat(one.gtin().value()).isEqualTo(1234565));
    assertThat(GtinReader.read("01234565", new As(Set.of(Form.UPC_E))))
        .isInstanceOfSatisfying(
            Reading.One.class, one -> assertThat(one.gtin().value()).isEqualTo(12345000065L));
    assertThat(GtinReader.read("01234565", new As(Set.of(Form.ISSN))))
        .isInstanceOfSatisfying(
            Reading.Refused.class,
            refused ->
                assertThat(refused.detail()).startsWith("found UPC-E or GTIN-8, expected ISSN"));
  }

  @Test
  void aWrongCheckDigitComesWithTheNumbersThatOneSlipWouldHaveMadeOfIt() {
    Reading.Refused swapped =
        (Reading.Refused) GtinReader.read("9521234545213".replace("5452", "5542"));

    assertThat(((Reading.Refused) GtinReader.read("9521234543123")).nearMisses())
        .contains(new Gtin(9521234543213L));
    assertThat(((Reading.Refused) GtinReader.read("9521234543218")).nearMisses())
        .contains(new Gtin(9521234543213L));
    assertThat(swapped.nearMisses()).hasSizeLessThanOrEqualTo(25).doesNotHaveDuplicates();
  }

  @Test
  void thePlainPathReadsWhatTheCarefulOneReads() {
    Random random = new Random(11);
    for (int n = 0; n < 20_000; n++) {
      int digits = 12 + random.nextInt(3);
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < digits; i++) {
        text.append(random.nextInt(10));
      }
      long plain = PlainNumber.read(text);
      long value = Long.parseLong(text.toString());
      boolean good = value > 0 && Gtin.checkDigit(value / 10) == value % 10;
      assertThat(plain).as(text.toString()).isEqualTo(good ? value : PlainNumber.NONE);
    }
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

  @Test
  void noEightDigitsFromZeroOnAreTooMuchForIt() {
    for (int n = 0; n < 10_000_000; n += n < 200_000 ? 1 : 97) {
      String digits = String.format("%08d", n);
      if (GtinReader.read(digits) == null) {
        assertThat(digits).isNull();
      }
    }
  }

  @Test
  void whateverComesItAnswers() {
    Random random = new Random(17);
    String alphabet = "0123456789013]()[EC1dQ-  \u001d/01:hX%aM?#^<GS>\u0660\ufeff";
    for (int n = 0; n < 300_000; n++) {
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(40); i >= 0; i--) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      assertThat(GtinReader.read(text.toString())).as(text.toString()).isNotNull();
      assertThat(GtinReader.read("https://a/" + text)).isNotNull();
      assertThat(GtinReader.read("]C1" + text)).isNotNull();
    }
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
