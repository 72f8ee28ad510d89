package io.sluice.gtin.http;

import io.sluice.gtin.catalog.Catalogue;
import io.sluice.gtin.catalog.Item;
import io.sluice.gtin.catalog.Looked;
import io.sluice.gtin.gtin.As;
import io.sluice.gtin.gtin.CompanyPrefixes;
import io.sluice.gtin.gtin.Gtin;
import io.sluice.gtin.gtin.Quoted;
import io.sluice.gtin.gtin.Reading;
import io.sluice.gtin.gtin.VariableMeasure;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * What is answered to codes: the same status and body for one alone, in a batch and on a line. A
 * wrong check digit comes with the items that one slip would have made of it.
 *
 * <pre>
 *   input ──read──▶ reading ──look up what it may be──▶ answer
 * </pre>
 */
final class CodeAnswers {
  private final Catalogue catalogue;
  private final Accept accept;
  private final CompanyPrefixes prefixes;
  private final Optional<VariableMeasure.Region> region;
  private final LastAnswers last = new LastAnswers();

  CodeAnswers(Catalogue catalogue, Accept accept, Knowledge knowledge) {
    this.catalogue = catalogue;
    this.accept = accept;
    this.prefixes = knowledge.prefixes();
    this.region = knowledge.region();
  }

  /** What is asked of a code. */
  enum Question {
    /** What number it is; items are looked up for suggestions alone. */
    NUMBER,
    /** Which item it means. */
    ITEM
  }

  /** A code that was read; the reading is empty where this service knows no such codes. */
  private record Read(Input input, Optional<Reading> reading) {}

  /** What the code is, of what this service knows. */
  Optional<Reading> read(Input input) {
    return accept.read(input.code(), input.as()).map(prefixes::decide);
  }

  /** The answer to one code. */
  CompletionStage<Answer> answer(Question question, Input input) {
    Read read = new Read(input, read(input));
    // Nearly every question: one number, of which what was asked lately is remembered.
    if (question == Question.ITEM && read.reading.orElse(null) instanceof Reading.One one) {
      return catalogue
          .find(one.gtin())
          .thenCompose(
              found ->
                  found.isPresent()
                      ? CompletableFuture.completedFuture(meant(input, one, found.get()))
                      : lookUp(question, read));
    }
    return lookUp(question, read);
  }

  private Answer meant(Input input, Reading.One one, Item item) {
    return last.get(input, item, () -> items(input, List.of(new Answer.Found(one, item))));
  }

  private CompletableFuture<Answer> lookUp(Question question, Read read) {
    Set<Gtin> wanted = wanted(question, read);
    return wanted.isEmpty()
        ? CompletableFuture.completedFuture(answer(question, read, nothing()))
        : catalogue.lookUp(wanted).thenApply(looked -> answer(question, read, looked));
  }

  private static Looked nothing() {
    return new Looked(Map.of(), Set.of());
  }

  /** The answers to many, in their order. Blocks. */
  List<Answer> answers(Question question, List<Input> inputs) {
    List<Read> read = new ArrayList<>();
    Set<Gtin> wanted = new LinkedHashSet<>();
    for (Input input : inputs) {
      Read one = new Read(input, read(input));
      read.add(one);
      wanted.addAll(wanted(question, one));
    }
    Looked looked = wanted.isEmpty() ? nothing() : catalogue.lookUp(wanted).join();
    return read.stream().map(each -> answer(question, each, looked)).toList();
  }

  /** What has to be looked up. */
  private Set<Gtin> wanted(Question question, Read read) {
    Set<Gtin> wanted = new LinkedHashSet<>();
    switch (read.reading.orElse(null)) {
      case null -> {}
      case Reading.Refused refused -> wanted.addAll(refused.nearMisses());
      case Reading.One one when question == Question.ITEM -> {
        wanted.add(one.gtin());
        measured(one).ifPresent(measure -> wanted.add(measure.item()));
      }
      case Reading.Several several when question == Question.ITEM ->
          several.candidates().forEach(one -> wanted.add(one.gtin()));
      case Reading.One _, Reading.Several _ -> {}
    }
    return wanted;
  }

  private Answer answer(Question question, Read read, Looked looked) {
    return switch (read.reading.orElse(null)) {
      case null -> unknown(read.input);
      case Reading.Refused refused -> refused(read.input, refused, looked);
      case Reading.One one -> meant(question, read.input, List.of(one), looked);
      case Reading.Several several -> meant(question, read.input, several.candidates(), looked);
    };
  }

  private static Answer refused(Input input, Reading.Refused refused, Looked looked) {
    JsonObject problem = Answers.refused(refused);
    if (!refused.digits().isEmpty()) {
      List<Item> near =
          refused.nearMisses().stream()
              .flatMap(gtin -> Optional.ofNullable(looked.items().get(gtin)).stream())
              .toList();
      Answers.suggest(problem, near);
    }
    return new Answer(400, problem.put("requested", input.requested()), List.of());
  }

  private Answer meant(Question question, Input input, List<Reading.One> meant, Looked looked) {
    if (question == Question.NUMBER) {
      return new Answer(
          status(meant), withMeasure(Answers.numbers(input, meant, prefixes), meant), List.of());
    }
    List<Answer.Found> found = new ArrayList<>();
    for (Reading.One one : meant) {
      Item item = looked.items().get(one.gtin());
      if (item == null) {
        item = measured(one).map(measure -> looked.items().get(measure.item())).orElse(null);
      }
      if (item != null) {
        found.add(new Answer.Found(one, item));
      }
    }
    return found.isEmpty() ? missing(input, meant, looked) : items(input, found);
  }

  private Answer items(Input input, List<Answer.Found> found) {
    List<Reading.One> readings = found.stream().map(Answer.Found::reading).toList();
    return new Answer(
        status(found), withMeasure(Answers.items(input, found, prefixes), readings), found);
  }

  /** What a scale of the region has printed into a number. */
  private Optional<VariableMeasure> measured(Reading.One one) {
    return region.flatMap(known -> VariableMeasure.of(one.gtin(), known));
  }

  private JsonObject withMeasure(JsonObject body, List<Reading.One> meant) {
    if (meant.size() == 1) {
      measured(meant.getFirst())
          .ifPresent(
              measure ->
                  body.put(
                      "variableMeasure",
                      new JsonObject()
                          .put("item", measure.item().text())
                          .put("kind", measure.kind())
                          .put("value", measure.value())));
    }
    return body;
  }

  /** There is no such item, or there is none any more. */
  private static Answer missing(Input input, List<Reading.One> meant, Looked looked) {
    for (Reading.One one : meant) {
      if (looked.gone().contains(one.gtin())) {
        return problem(input, Problem.REMOVED_ITEM, "item " + one.gtin().text() + " was removed");
      }
    }
    return unknown(input);
  }

  private static Answer unknown(Input input) {
    return problem(input, Problem.UNKNOWN_ITEM, "no item has the code " + Quoted.of(input.code()));
  }

  private static Answer problem(Input input, Problem problem, String detail) {
    return new Answer(
        problem.status(), problem.body(detail).put("requested", input.requested()), List.of());
  }

  /** The answer to an item's own fourteen digits. */
  JsonObject item(Item item) {
    String text = item.gtin().text();
    return item(new Input(text, text, As.ANYTHING), Answers.itself(item), item);
  }

  /** The answer to a code that means an item. */
  JsonObject item(Input input, Reading.One one, Item item) {
    return withMeasure(Answers.item(input, one, item, prefixes), List.of(one));
  }

  /** Of one thing, or of several that are meant. */
  private static int status(List<?> meant) {
    return meant.size() == 1 ? 200 : 300;
  }
}
