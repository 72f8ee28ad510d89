package io.sluice.gtin.gtin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Nothing is believed that chance explains as well. */
class EvidenceTest {
  private static List<String> candidates(String text) {
    return switch (GtinReader.read(text)) {
      case Reading.One one -> List.of(one.gtin().text());
      case Reading.Several several ->
          several.candidates().stream().map(one -> one.gtin().text()).toList();
      case Reading.Refused _ -> List.of();
    };
  }

  private static As as(Form... forms) {
    return new As(Set.of(forms));
  }

  @Test
  void tenBareDigitsNeverMeanOneNumber() {
    Random random = new Random(1);
    for (int n = 0; n < 200_000; n++) {
      String digits = String.format("%010d", random.nextLong(10_000_000_000L));
      assertThat(GtinReader.read(digits)).as(digits).isNotInstanceOf(Reading.One.class);
    }
  }

  @ParameterizedTest
  @CsvSource({
    // A food whose digits pass as a book's, one of another maker, and a honey.
    "3003408887, 09783003408882|00030034088873",
    "7203698195, 00007203698195|00072036981950",
    "0000000469, 09780000000460|00000000004695",
    "0201750414, 09780201750416|00002017504144",
  })
  void ofTenDigitsEveryReadingIsNamed(String text, String expected) {
    assertThat(candidates(text)).contains(expected.split("\\|"));
  }

  @ParameterizedTest
  @CsvSource({
    "0-201-75041-4, ISBN-10",
    "0 201 75041 4, ISBN-10",
    "080442957X, ISBN-10",
    "08-0442957-X, ISBN-10",
    "ISBN 0201750414, ISBN-10",
    "ISBN-10: 0-201-75041-4, ISBN-10",
  })
  void hyphensAnXOrANameMakeABook(String text, String form) {
    assertThat(GtinReader.read(text))
        .isInstanceOfSatisfying(
            Reading.One.class,
            one -> {
              assertThat(one.form().text()).isEqualTo(form);
              assertThat(one.confidence()).isEqualTo(Confidence.CERTAIN);
            });
  }

  @Test
  void drugCodesAreNoBooks() {
    Random random = new Random(2);
    for (int n = 0; n < 20_000; n++) {
      String body = String.format("%09d", random.nextInt(1_000_000_000));
      String ten = body + Mod11.check(body);
      if (ten.endsWith("X")) {
        continue;
      }
      for (int[] parts : new int[][] {{4, 8}, {5, 8}, {5, 9}}) {
        String written =
            ten.substring(0, parts[0])
                + "-"
                + ten.substring(parts[0], parts[1])
                + "-"
                + ten.substring(parts[1]);
        assertThat(GtinReader.read(written)).as(written).isNotInstanceOf(Reading.One.class);
        assertThat(candidates(written)).as(written).noneMatch(gtin -> gtin.startsWith("0978"));
      }
    }
  }

  @Test
  void whateverIsAmbiguousCanBeDecidedByAWord() {
    Random random = new Random(3);
    for (int n = 0; n < 50_000; n++) {
      int length = random.nextBoolean() ? 8 : 10;
      String digits =
          String.format("%0" + length + "d", random.nextLong((long) Math.pow(10, length)));
      if (GtinReader.read(digits) instanceof Reading.Several several) {
        for (Reading.One candidate : several.candidates()) {
          assertThat(GtinReader.read(digits, as(candidate.form())))
              .as("%s as %s", digits, candidate.form())
              .isInstanceOfSatisfying(
                  Reading.One.class,
                  one -> {
                    assertThat(one.gtin()).isEqualTo(candidate.gtin());
                    assertThat(one.confidence()).isEqualTo(Confidence.CERTAIN);
                  });
        }
      }
    }
  }

  @Test
  void severalFormsMayBeNamed() {
    As both = As.find("gtin-8,gtin-13").orElseThrow();
    assertThat(GtinReader.read("00026123", both)).isInstanceOf(Reading.One.class);
    assertThat(GtinReader.read("9521000000018", both)).isInstanceOf(Reading.One.class);
    assertThat(GtinReader.read("614141000418", both)).isInstanceOf(Reading.Refused.class);
    assertThat(As.find("gtin-8,nonsense")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "7203698195, 00072036981950",
    "07203698195, 00072036981950",
    "3003408880, 00030034088804",
  })
  void aCheckDigitIsAddedWhereTheSenderSaysThatItIsMissing(String text, String gtin) {
    assertThat(GtinReader.read(text, as(Form.UPC_WITHOUT_CHECK_DIGIT)))
        .isInstanceOfSatisfying(
            Reading.One.class, one -> assertThat(one.gtin().text()).isEqualTo(gtin));
  }

  @Test
  void elevenDigitsThatLostAZeroAreLikelyAndSaySo() {
    assertThat(GtinReader.read("95200000455"))
        .isInstanceOfSatisfying(
            Reading.One.class, one -> assertThat(one.confidence()).isEqualTo(Confidence.LIKELY));
    assertThat(((Reading.One) GtinReader.read("9521000000018")).confidence())
        .isEqualTo(Confidence.CERTAIN);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "'''9521000000018', 09521000000018, text-mark-removed",
    "'=\"9521000000018\"', 09521000000018, text-mark-removed",
    "9521000000018.0, 09521000000018, decimals-removed",
    "'9521000000018,00', 09521000000018, decimals-removed",
    "95200000455.0, 00095200000455, decimals-removed",
    "9.521000000018E12, 09521000000018, exponent-resolved",
    "'9,521000000018E+12', 09521000000018, exponent-resolved",
    "9.5210000000180E12, 09521000000018, exponent-resolved",
    "ISBN 978-0-571-08989-5, 09780571089895, name-removed",
    "EAN 9521000000018, 09521000000018, name-removed",
    "EAN-13: 9521000000018, 09521000000018, name-removed",
    "EAN code 9521000000018, 09521000000018, name-removed",
    "ISSN 0264-3596, 09770264359008, name-removed",
    "ISSN 02643596, 09770264359008, name-removed",
    "ISMN 979-0-2306-7118-7, 09790230671187, name-removed",
    "ISMN M-2306-7118-7, 09790230671187, name-removed",
    "UPC 614141000418, 00614141000418, name-removed",
    "UPC-E 01234565, 00012345000065, name-removed",
    "EAN-8 01234565, 00000001234565, name-removed",
    "gtin 9521000000018, 09521000000018, name-removed",
  })
  void whatSpreadsheetsAndPrintersPutAroundLosesNoDigit(String text, String gtin, String step) {
    assertThat(GtinReader.read(text))
        .isInstanceOfSatisfying(
            Reading.One.class,
            one -> {
              assertThat(one.gtin().text()).isEqualTo(gtin);
              assertThat(one.steps()).extracting(Reading.Step::code).contains(step);
            });
  }

  @ParameterizedTest(name = "{0} is {1}")
  @CsvSource({
    "9.52E+12, precision-lost",
    "9.52100000001E12, precision-lost",
    "1E13, precision-lost",
    "9.5210000000185E12, precision-lost",
    "1E400, precision-lost",
    "ISBN 9521000000018, other-form",
    "ISSN 9780571089895, other-form",
    "UPC 9521000000018, other-form",
    "EAN 0-201-75041-4, other-form",
    "ISBN-13 0-201-75041-4, other-form",
    "'=\"\"', empty",
    "Infinity, characters",
  })
  void whereADigitMayBeLostOrTheNameSaysOtherwiseNothingIsRead(String text, String code) {
    assertThat(GtinReader.read(text))
        .isInstanceOfSatisfying(
            Reading.Refused.class, refused -> assertThat(refused.code().code()).isEqualTo(code));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "]E0|9521000000018",
        "]E4|96385074",
        "]C1|0109521000000018",
        "]e0|0109521000000018"
      })
  void ofACompositeTheFirstMessageNamesTheItem(String primary) {
    String alone = primary.replace("|", "");
    Reading.One one = (Reading.One) GtinReader.read(alone);
    for (String second : List.of("|]e010LOT7", "]e0010952100000002510A", "|]e0")) {
      assertThat(GtinReader.read(alone + second))
          .as(alone + second)
          .isInstanceOfSatisfying(
              Reading.One.class, composite -> assertThat(composite.gtin()).isEqualTo(one.gtin()));
    }
    char last = (char) ('0' + (alone.charAt(alone.length() - 1) - '0' + 1) % 10);
    String broken = alone.substring(0, alone.length() - 1) + last;
    assertThat(GtinReader.read(broken + "|]e010LOT7")).isInstanceOf(Reading.Refused.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"96385074", "614141000418", "9521000000018", "09521000000018"})
  void whereverFourteenDigitsBelongEachLengthIsTakenWithOneStep(String digits) {
    for (String text : List.of("(01)" + digits, "https://example.org/01/" + digits)) {
      Reading.One one = (Reading.One) GtinReader.read(text);
      assertThat(one.gtin().value()).isEqualTo(Long.parseLong(digits));
      assertThat(one.steps().stream().anyMatch(step -> step.code().equals("old-syntax")))
          .isEqualTo(digits.length() < 14);
    }
    char last = (char) ('0' + (digits.charAt(digits.length() - 1) - '0' + 1) % 10);
    String wrong = digits.substring(0, digits.length() - 1) + last;
    assertThat(GtinReader.read("(01)" + wrong)).isInstanceOf(Reading.Refused.class);
    assertThat(GtinReader.read("https://example.org/01/" + wrong))
        .isInstanceOf(Reading.Refused.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(01)09521000000018(01)09521000000025",
        "0109521000000018\u001d0109521000000025",
        "https://id.gs1.org/01/09521000000018?01=09521000000025",
        "https://id.gs1.org/01/09521000000018?17=261231&gtin=9521000000025#x",
        "https://id.gs1.org/01/09521000000018/10/A/01/09521000000025",
        "https://id.gs1.org/gtin/09521000000018/01/09521000000025"
      })
  void twoNumbersInOneTextAreRefused(String text) {
    assertThat(GtinReader.read(text))
        .isInstanceOfSatisfying(
            Reading.Refused.class,
            refused -> assertThat(refused.code()).isEqualTo(Refusal.SEVERAL_ITEMS));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(01)09521000000018(01)09521000000018",
        "https://id.gs1.org/01/09521000000018?01=09521000000018",
        "https://id.gs1.org/01/09521000000018?01=12",
        "https://id.gs1.org/01/09521000000018#01=09521000000025"
      })
  void theSameNumberTwiceIsOne(String text) {
    assertThat(GtinReader.read(text)).isInstanceOf(Reading.One.class);
  }

  @Test
  void aKnownCompanyDecidesWhereOnlyOneReadingIsOfIt() {
    CompanyPrefixes known =
        CompanyPrefixes.of(List.of("# makers", "0072036,Harris-Teeter", "", "9780,Books"));
    Reading decided = known.decide(GtinReader.read("7203698195"));
    assertThat(decided)
        .isInstanceOfSatisfying(
            Reading.One.class,
            one -> {
              assertThat(one.gtin().text()).startsWith("00072036");
              assertThat(one.confidence()).isEqualTo(Confidence.LIKELY);
              assertThat(known.of(one.gtin()).orElseThrow().company()).isEqualTo("Harris-Teeter");
            });
    assertThat(known.decide(GtinReader.read("6.11E+12"))).isInstanceOf(Reading.Refused.class);
    CompanyPrefixes both = CompanyPrefixes.of(List.of("0030034", "9783003"));
    assertThat(both.decide(GtinReader.read("3003408887"))).isInstanceOf(Reading.Several.class);
    assertThat(CompanyPrefixes.NONE.decide(GtinReader.read("7203698195")))
        .isInstanceOf(Reading.Several.class);
    assertThatThrownBy(() -> CompanyPrefixes.of(List.of("0072036", "x")))
        .hasMessageContaining("line 2: found \"x\"");
  }

  @Test
  void everyCaseThatContainsAnItemIsFoundFromIt() {
    for (String text : List.of("9521000000018", "614141000418", "96385074")) {
      Gtin item = ((Reading.One) GtinReader.read(text)).gtin();
      assertThat(Forms.cases(item)).hasSize(9);
      for (Gtin box : Forms.cases(item)) {
        assertThat(Forms.contained(box)).contains(item);
        assertThat(Forms.cases(box)).isEmpty();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "UPC 3003408886",
        "UPC 3003408887",
        "GTIN 3003408887",
        "GTIN-12 3003408887",
        "GTIN 0571089895",
        "2024-03-01",
        "2024 03 01",
        "01-03-2024",
        "1-800-555-0109",
        "50242-0040-14",
        "EAN-13 96385074",
        "(01)09521000000018(10)",
        "010952100000001821"
      })
  void whatLooksLikeANumberByChanceIsNone(String text) {
    assertThat(GtinReader.read(text)).isInstanceOf(Reading.Refused.class);
  }

  @ParameterizedTest
  @CsvSource({
    "95200 00045 5, 00095200000455",
    "952-1000000018, 09521000000018",
    "9638-5074, 00000096385074",
    "EAN-Code: 9521000000018, 09521000000018",
    "EAN-Nr. 9521000000018, 09521000000018",
    "EAN/UPC 9521000000018, 09521000000018",
    "UPC/EAN: 614141000418, 00614141000418",
    "GTIN (EAN) 9521000000018, 09521000000018",
    "ISSN-L 0264-3596, 09770264359008",
    "eISSN 0264-3596, 09770264359008",
    "urn:isbn:9780571089895, 09780571089895",
    "ISBN (13): 9780571089895, 09780571089895",
    "EAN13 - 9521000000018, 09521000000018",
    "9521000000018.000, 09521000000018",
    "(01)9521000000018(01)09521000000018, 09521000000018",
  })
  void whatPeoplePrintIsRead(String text, String gtin) {
    assertThat(GtinReader.read(text))
        .isInstanceOfSatisfying(
            Reading.One.class, one -> assertThat(one.gtin().text()).isEqualTo(gtin));
  }

  @Test
  void aPackedLinkOfAStrangersIsAGuess() {
    assertThat(GtinReader.read("https://youtu.be/qQA6O1vbmkA"))
        .isInstanceOfSatisfying(
            Reading.One.class, one -> assertThat(one.confidence()).isEqualTo(Confidence.GUESSED));
  }

  @ParameterizedTest(name = "{0} in {1}")
  @CsvSource({
    "2012345012345, se, 2012345000007, price, 12.34",
    "2312345012345, no, 2312345000008, weight, 1.234",
    "2212340012340, de, 2212340000002, price, 12.34",
    "2812347012342, de, 2812340000008, weight, 1.234",
    "2012347012348, gb, 2012347000000, price, 12.34",
    "2112340012341, dk, 2112340000003, price, 12.34",
  })
  void aNumberOfAScaleIsAnItemAndItsMeasure(
      String text, String region, String item, String kind, String value) {
    long body = Long.parseLong(text.substring(0, 12));
    Gtin gtin = new Gtin(body * 10 + Gtin.checkDigit(body));
    VariableMeasure measure =
        VariableMeasure.of(gtin, VariableMeasure.Region.find(region).orElseThrow()).orElseThrow();
    assertThat(measure.item().naturalText().substring(0, 12)).isEqualTo(item.substring(0, 12));
    assertThat(measure.kind()).isEqualTo(kind);
    assertThat(measure.value()).isEqualTo(value);
  }

  @Test
  void whatIsKeptWithoutItsMeasureSaysSo() {
    for (VariableMeasure.Region region : VariableMeasure.Region.values()) {
      for (long body = 200_000_000_000L; body < 300_000_000_000L; body += 12_345_678_901L) {
        Gtin gtin = new Gtin(body * 10 + Gtin.checkDigit(body));
        VariableMeasure.of(gtin, region)
            .ifPresent(
                measure ->
                    assertThat(VariableMeasure.of(measure.item(), region).orElseThrow().item())
                        .isEqualTo(measure.item()));
      }
      assertThat(VariableMeasure.of(new Gtin(9521000000018L), region)).isEmpty();
    }
  }
}
