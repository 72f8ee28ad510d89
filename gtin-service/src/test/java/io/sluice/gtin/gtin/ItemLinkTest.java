package io.sluice.gtin.gtin;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** GS1DL-resolver-testsuite, "errorCodeChecks": what is no link shall be 400. */
class ItemLinkTest {
  private static final String ITEM = "/01/09521000000018";

  @ParameterizedTest
  @CsvSource({
    "'', /01/09521000000018",
    "/, /01/09521000000018",
    "/10/LOT, /01/09521000000018/10/LOT",
    "/22/A/10/B/21/C, /01/09521000000018/22/A/10/B/21/C",
    "/22/A/21/C/, /01/09521000000018/22/A/21/C",
    "/235/T, /01/09521000000018/235/T",
    "/10/A%2F1, /01/09521000000018/10/A%2F1",
    "/10/A+1, /01/09521000000018/10/A%2B1",
    "/10/%22%3C, /01/09521000000018/10/%22%3C",
  })
  void aLinkIsOneWithItsQualifiersInOrder(String behind, String path) {
    assertThat(ItemLink.read(ITEM + behind, null))
        .isInstanceOfSatisfying(ItemLink.Of.class, link -> assertThat(link.path()).isEqualTo(path));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/foo",
        "/10/",
        "/10",
        "/10/LOT/21",
        "/21/S/10/L",
        "/99/x",
        "/10/A/10/B",
        "/235/T/10/L",
        "/10/L/235/T",
        "//",
        "/10//",
        "/10/a b",
        "/10/%00",
        "/10/123456789012345678901",
        "/10/A/foo",
        "/01/09521000000025"
      })
  void whateverIsPutBehindOrBetweenMakesItNone(String behind) {
    assertThat(ItemLink.read(ITEM + behind, null)).isInstanceOf(ItemLink.Broken.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/01/96385074", "/01/614141000418", "/01/9521000000018"})
  void shorterNumbersAreLinksToo(String path) {
    assertThat(ItemLink.read(path, null)).isInstanceOf(ItemLink.Of.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/01/", "/01/x", "/01/9521000000010", "/foo/01/09521000000018", "/ab", "/x.html"})
  void whatHasNoGoodNumberBehindItsFirstKeyIsNone(String path) {
    assertThat(ItemLink.read(path, null)).isInstanceOf(ItemLink.Broken.class);
  }

  @Test
  void aQueryThatNamesAnotherItemMakesItNone() {
    assertThat(ItemLink.read(ITEM, "01=09521000000025")).isInstanceOf(ItemLink.Broken.class);
    assertThat(ItemLink.read(ITEM, "17=261231&01=09521000000018")).isInstanceOf(ItemLink.Of.class);
  }

  @Test
  void packedLinksAreLinks() {
    assertThat(ItemLink.read("/ARFKk4XB0CDKWcnpq", null)).isInstanceOf(ItemLink.Of.class);
  }
}
