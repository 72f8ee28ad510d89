package io.sluice.gtin.gtin;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.zxing.oned.UPCEReader;
import java.util.Random;
import org.apache.commons.validator.routines.ISBNValidator;
import org.apache.commons.validator.routines.ISSNValidator;
import org.apache.commons.validator.routines.checkdigit.EAN13CheckDigit;
import org.apache.commons.validator.routines.checkdigit.ISBN10CheckDigit;
import org.junit.jupiter.api.Test;

/** What other libraries make of the same numbers, over millions of them. */
class OracleTest {
  private static String digits(Random random, int count) {
    char[] digits = new char[count];
    for (int i = 0; i < count; i++) {
      digits[i] = (char) ('0' + random.nextInt(10));
    }
    return new String(digits);
  }

  @Test
  void thirteenDigitsAreGoodWhereCommonsValidatorFindsThemGood() {
    Random random = new Random(13);
    for (int n = 0; n < 2_000_000; n++) {
      String text = digits(random, 13);
      boolean good = EAN13CheckDigit.EAN13_CHECK_DIGIT.isValid(text);
      if ((GtinReader.read(text) instanceof Reading.One) != good) {
        assertThat(text).as("good: %s", good).isNull();
      }
    }
  }

  @Test
  void allOfUpcEExpandsAsZxingDoesIt() {
    for (int six = 1; six < 1_000_000; six++) {
      String seven = "0" + String.format("%06d", six);
      long ours = UpcE.expand(seven + "0");
      String theirs = UPCEReader.convertUPCEtoUPCA(seven + "0");
      if (ours != Long.parseLong(theirs.substring(0, 11))) {
        assertThat(ours).as(seven).isEqualTo(Long.parseLong(theirs.substring(0, 11)));
      }
    }
  }

  @Test
  void booksOfTheOldKindBecomeWhatCommonsValidatorMakesOfThem() {
    Random random = new Random(10);
    ISBNValidator books = ISBNValidator.getInstance(true);
    for (int n = 0; n < 300_000; n++) {
      String body = digits(random, 9);
      String isbn = body + Mod11.check(body);
      assertThat(ISBN10CheckDigit.ISBN10_CHECK_DIGIT.isValid(isbn)).as(isbn).isTrue();
      String written =
          isbn.substring(0, 1)
              + "-"
              + isbn.substring(1, 4)
              + "-"
              + isbn.substring(4, 9)
              + "-"
              + isbn.substring(9);
      Reading reading = GtinReader.read(written);
      if (body.equals("000000000")) {
        continue;
      }
      assertThat(reading).as(written).isInstanceOf(Reading.One.class);
      assertThat(((Reading.One) reading).gtin().naturalText())
          .isEqualTo(books.convertToISBN13(isbn));
    }
  }

  @Test
  void serialsAreGoodWhereCommonsValidatorFindsThemGood() {
    Random random = new Random(8);
    ISSNValidator serials = ISSNValidator.getInstance();
    for (int n = 0; n < 300_000; n++) {
      String seven = digits(random, 7);
      String issn = seven.substring(0, 4) + "-" + seven.substring(4) + Mod11.check(seven);
      assertThat(serials.isValid(issn)).as(issn).isTrue();
      assertThat(serials.convertToEAN13(issn, "00"))
          .isEqualTo(
              new Gtin(
                      Long.parseLong("977" + seven + "00") * 10
                          + Gtin.checkDigit(Long.parseLong("977" + seven + "00")))
                  .naturalText());
    }
  }
}
