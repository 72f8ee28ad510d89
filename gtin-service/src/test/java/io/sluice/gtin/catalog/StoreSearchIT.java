package io.sluice.gtin.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is found by words, digits and prefixes, and how much of it there is. */
class StoreSearchIT extends StoreLaws {
  @Test
  void wordsAreFoundByTheirBeginningsWhateverTheirCaseAndAccents() throws Exception {
    put(
        item(95210000001L, "Oat Biscuits", "Weir & Daughters", "bakery"),
        item(95210000002L, "Crème brûlée", "Weir", "dessert"),
        item(95210000003L, "Oatmeal soap", "Other", "body care"));

    assertThat(names(search("oat", "", "", ""))).containsExactly("Oat Biscuits", "Oatmeal soap");
    assertThat(names(search("CREME brul", "", "", ""))).containsExactly("Crème brûlée");
    assertThat(names(search("oat weir", "", "", ""))).containsExactly("Oat Biscuits");
    assertThat(names(search("oat nothing", "", "", ""))).isEmpty();
    assertThat(names(search("\"' OR * : & | ! ( ) \\ oat", "", "", "")))
        .as("what is no letter separates words and means nothing")
        .isEmpty();
    assertThat(names(search("", "Weir", "", ""))).containsExactly("Crème brûlée");
    assertThat(names(search("", "Weir & Daughters", "", ""))).containsExactly("Oat Biscuits");
    assertThat(names(search("soap", "Other", "body care", ""))).containsExactly("Oatmeal soap");
  }

  @Test
  void aPrefixIsThatOfThirteenDigitsHoweverTheItemIsPacked() throws Exception {
    put(
        item(952100000001L, "a piece"),
        item(1_952100000001L, "a case"),
        item(61414100041L, "of twelve digits"),
        item(953100000001L, "another prefix"));

    assertThat(names(search("", "", "", "952"))).containsExactly("a piece", "a case");
    assertThat(names(search("", "", "", "0614141"))).containsExactly("of twelve digits");
    assertThat(names(search("", "", "", "9521000000"))).containsExactly("a piece", "a case");
    assertThat(names(search("case", "", "", "952"))).containsExactly("a case");
  }

  @Test
  void aTallyIsOfAllPagesAndEachItemCountsOnce() throws Exception {
    Random random = new Random(14);
    List<Item> all = new ArrayList<>();
    for (long body = 95210000000L; body < 95210000300L; body++) {
      String brand = List.of("Weir", "WEIR", "Other", "").get(random.nextInt(4));
      all.add(item(body, random.nextBoolean() ? "oat" : "952 rye", brand, "c" + body % 30));
    }
    put(all.toArray(Item[]::new));

    // Found by its word, by its digits, or by both.
    Tally tally = store.tally(new Search(Words.of("952"), "952", "", "", "", 77, 3));
    assertThat(tally.total()).isEqualTo(300);
    assertThat(tally.exact()).isTrue();
    assertThat(tally.categories()).hasSize(20).allMatch(each -> each.count() == 10);
    long weir = all.stream().filter(each -> Search.alike(each.brand()).equals("weir")).count();
    long other = all.stream().filter(each -> each.brand().equals("Other")).count();
    assertThat(tally.brands())
        .extracting(Tally.Value::count)
        .containsExactlyInAnyOrder((int) weir, (int) other);
    assertThat(tally.brands())
        .extracting(each -> Search.alike(each.value()))
        .containsExactlyInAnyOrder("weir", "other");

    Tally some = store.tally(new Search(Words.of("oat"), "", "weir", "", "", 0, 1));
    assertThat(some.total())
        .isEqualTo(
            (int)
                all.stream()
                    .filter(each -> each.name().equals("oat"))
                    .filter(each -> Search.alike(each.brand()).equals("weir"))
                    .count());
    assertThat(store.tally(new Search(Words.of("nothing"), "", "", "", "", 0, 1)).total()).isZero();
  }

  @Test
  void aTallyOfVeryManyCountsTheFirstOfThem() throws Exception {
    Item[] many = new Item[Tally.MOST + 1];
    for (int i = 0; i < many.length; i++) {
      many[i] = item(95210000000L + i, "many", "b", "");
    }
    put(many);

    Tally tally = store.tally(new Search(Words.of("many"), "", "", "", "", 0, 1));

    assertThat(tally.total()).isEqualTo(Tally.MOST);
    assertThat(tally.exact()).isFalse();
    assertThat(tally.brands()).containsExactly(new Tally.Value("b", Tally.MOST));
  }

  @Test
  void pagesAreStableWhileItemsComeAndGo() throws Exception {
    for (long body = 95210000000L; body < 95210000010L; body++) {
      put(item(body, "item " + body));
    }
    Search first = new Search(Words.of("item"), "", "", "", "", 0, 4);
    Page one = store.search(first);
    assertThat(one.more()).isTrue();
    long last = one.items().getLast().gtin().value();

    store.edit(one.items().getFirst().gtin().value(), ME, before -> null);
    put(item(95200000000L, "item in front"));
    Page two = store.search(new Search(Words.of("item"), "", "", "", "", last, 4));
    Page three =
        store.search(
            new Search(Words.of("item"), "", "", "", "", two.items().getLast().gtin().value(), 4));

    assertThat(two.items())
        .extracting(Item::name)
        .containsExactly(
            "item 95210000004", "item 95210000005", "item 95210000006", "item 95210000007");
    assertThat(three.items()).hasSize(2);
    assertThat(three.more()).isFalse();
  }

  @Test
  void lettersAreFoundAsPeopleTypeThem() throws Exception {
    String odd =
        "\u0141\u00f3d\u017a \u00d8l Stra\u00dfe \u00c6ble \u0152uf \u0110akovo I\u015f\u0131k"
            + " \u00derir \u00e9t\u00e9 \u039f\u03b4\u03cc\u03c2";
    put(item(95210000001L, odd, "R\u00f8dgr\u00f8d", "\u0130stanbul"));
    for (String typed :
        List.of(
            "lodz",
            "ol",
            "strasse",
            "aeble",
            "oeuf",
            "dakovo",
            "isik",
            "thrir",
            "ete",
            "\u03bf\u03b4\u03bf\u03c2",
            "\u039f\u0394\u039f\u03a3",
            "rodgrod",
            "istanbul")) {
      assertThat(names(search(typed, "", "", ""))).as(typed).containsExactly(odd);
    }
  }

  @Test
  void aShortWordIsOneOfItsOwnAndARepeatedOneIsDropped() throws Exception {
    put(
        item(95210000001L, "Oat o"),
        item(95210000002L, "Oats"),
        item(95210000003L, "\u725b\u4e73"));

    assertThat(names(search("o", "", "", ""))).containsExactly("Oat o");
    assertThat(names(search("\u725b", "", "", ""))).containsExactly("\u725b\u4e73");
    assertThat(Words.of("oat OAT \u00f6at o o o")).containsExactly("oat", "o");
  }

  @Test
  void aNumberOrItsBeginningIsFoundAsItIsPrinted() throws Exception {
    put(
        item(61414100041L, "of twelve"),
        item(952100000001L, "of thirteen"),
        item(9521000L, "of eight"));

    assertThat(names(digits("6141"))).containsExactly("of twelve");
    assertThat(names(digits("06141"))).containsExactly("of twelve");
    assertThat(names(digits("9521"))).containsExactly("of eight", "of thirteen");
    assertThat(names(digits("09521"))).containsExactly("of thirteen");
  }

  private static Search digits(String digits) {
    return new Search(Words.of(digits), digits, "", "", "", 0, 50);
  }
}
