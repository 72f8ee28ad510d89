package io.sluice.gtin.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gtin.catalog.Item;
import io.sluice.gtin.gtin.As;
import io.sluice.gtin.gtin.Form;
import io.sluice.gtin.gtin.Gtin;
import io.sluice.gtin.gtin.Reading;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LastAnswersTest {
  private static final Gtin GTIN = new Gtin(9521000000018L);

  private final LastAnswers answers = new LastAnswers();
  private int made;

  private static Item item(String name) {
    return new Item(GTIN, name, "", "");
  }

  private static Input input(String code, Form... as) {
    return new Input(code, code, new As(Set.of(as)));
  }

  private Answer ask(Input input, Item item) {
    return answers.get(
        input,
        item,
        () -> {
          made++;
          Reading.One one = new Reading.One(GTIN, Form.GTIN_13, List.of());
          return new Answer(
              200,
              new JsonObject().put("requested", input.requested()).put("name", item.name()),
              List.of(new Answer.Found(one, item)));
        });
  }

  @Test
  void whatIsAskedAllTheTimeIsMadeAndWrittenOnce() {
    ask(input("9521000000018"), item("Oats"));
    Answer second = ask(input("9521000000018"), item("Oats"));
    made = 0;
    for (int i = 0; i < 1_000; i++) {
      ask(input("a" + i), item("Rye"));
      assertThat(ask(input("9521000000018"), item("Oats"))).isSameAs(second);
    }
    assertThat(second.written()).isSameAs(second.written());
    assertThat(made).isEqualTo(1_000);
  }

  @Test
  void whatIsAskedOnceLeavesNothing() {
    for (int i = 0; i < 100_000; i++) {
      ask(input("a" + i), item("Rye"));
    }
    assertThat(answers.size()).isLessThan(10);
  }

  @Test
  void anItemThatHasChangedIsAnsweredAnew() {
    ask(input("9521000000018"), item("Oats"));
    String before = ask(input("9521000000018"), item("Oats")).written().tag();
    Answer after = ask(input("9521000000018"), item("Rye"));
    assertThat(after.body().getString("name")).isEqualTo("Rye");
    assertThat(after.written().tag()).isNotEqualTo(before);
    assertThat(ask(input("9521000000018"), item("Oats")).body().getString("name"))
        .isEqualTo("Oats");
  }

  @Test
  void eachSpellingAndEachFormHasItsOwn() {
    ask(input("9521000000018"), item("Oats"));
    Answer spelt = ask(input("952-1000000018"), item("Oats"));
    Answer as = ask(input("9521000000018", Form.GTIN_13), item("Oats"));
    assertThat(spelt.body().getString("requested")).isEqualTo("952-1000000018");
    assertThat(as).isNotSameAs(spelt);
    assertThat(made).isEqualTo(3);
  }

  @Test
  void onlySoManyBytesAreKept() {
    String text = "x".repeat(Item.MOST_CHARACTERS);
    for (int i = 0; i < 10_000; i++) {
      ask(input("a" + i), item(text));
      ask(input("a" + i), item(text));
    }
    assertThat(answers.size()).isBetween(1L, 1_000L);
  }
}
