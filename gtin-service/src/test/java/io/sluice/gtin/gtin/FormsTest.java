package io.sluice.gtin.gtin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FormsTest {
  private static Gtin gtin(String digits) {
    return new Gtin(Long.parseLong(digits));
  }

  @Test
  void onlyFormsThatExistAreNamed() {
    assertThat(Forms.of(gtin("12345000065")))
        .containsExactly(
            Map.entry("gtin12", "012345000065"),
            Map.entry("gtin13", "0012345000065"),
            Map.entry("gtin14", "00012345000065"),
            Map.entry("upce", "01234565"),
            Map.entry("digitalLink", "https://id.gs1.org/01/00012345000065"));
    assertThat(Forms.of(gtin("96385074")).keySet())
        .containsExactly("gtin8", "gtin14", "digitalLink");
    assertThat(Forms.of(gtin("9780804429573")))
        .containsEntry("isbn13", "9780804429573")
        .containsEntry("isbn10", "080442957X");
    assertThat(Forms.of(gtin("9790230671187"))).containsEntry("ismn", "9790230671187");
    assertThat(Forms.of(gtin("9770264359008"))).containsEntry("issn", "0264-3596");
    assertThat(Forms.of(gtin("19521000000015")).keySet()).containsExactly("gtin14", "digitalLink");
  }

  @Test
  void suppressingZerosIsTheInverseOfPuttingThemBack() {
    Random random = new Random(3);
    for (int n = 0; n < 20_000; n++) {
      String six = String.format("%06d", random.nextInt(1_000_000));
      long body = UpcE.expand("0" + six + "0");
      if (body == 0) {
        continue;
      }
      Gtin gtin = new Gtin(body * 10 + Gtin.checkDigit(body));
      if (gtin.type() != GtinType.GTIN_12) {
        continue;
      }
      String suppressed = UpcE.suppress(gtin).orElseThrow();
      // Some items have two such forms; what counts is that the one given leads back.
      assertThat(UpcE.expand(suppressed)).as(six).isEqualTo(body);
    }
  }

  @ParameterizedTest(name = "{0}: {1} {2}")
  @CsvSource({
    "9521234543213,GS1 Global Office,demonstration",
    "4006381333931,GS1 Germany,",
    "614141000418,GS1 US,",
    "2012345678903,'',restricted-circulation;variable-measure",
    "9780804429573,'',isbn",
    "9790230671187,'',ismn",
    "9770264359008,'',issn",
    "9912345678909,'',coupon",
    "96385074,GS1 Global Office,",
    "1234565,'',restricted-circulation",
    "99521000000011,GS1 Global Office,demonstration;variable-measure",
    "6712670000276,'',",
  })
  void thePrefixClassifiesAndNeverRefuses(String digits, String issuer, String kinds) {
    Prefix prefix = Prefix.of(gtin(digits));

    assertThat(prefix.issuer()).isEqualTo(issuer);
    assertThat(String.join(";", prefix.kinds())).isEqualTo(kinds == null ? "" : kinds);
  }

  @Test
  void aCaseLeadsToWhatItContains() {
    assertThat(Forms.contained(gtin("10614141000415"))).contains(gtin("614141000418"));
    assertThat(Forms.contained(gtin("614141000418"))).isEmpty();
  }
}
