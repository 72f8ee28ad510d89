package io.sluice.gateway.predicate;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Reads conditions on named fields, such as {@code status >= 500 && frontend == "gtin"}: numbers by
 * {@code == != < <= > >=}, texts by {@code ==}, {@code !=} and {@code =~} (an RE2 expression that
 * is found anywhere). One instance a text.
 *
 * @param <E> what has the fields
 */
public final class FieldCondition<E> extends ConditionGrammar<Predicate<E>> {
  private final Map<String, ToDoubleFunction<E>> numbers;
  private final Map<String, Function<E, String>> texts;

  private FieldCondition(
      String text, Map<String, ToDoubleFunction<E>> numbers, Map<String, Function<E, String>> texts)
      throws PredicateSyntaxException {
    super(text);
    this.numbers = numbers;
    this.texts = texts;
  }

  /**
   * The condition of a text.
   *
   * @param numbers the fields that are numbers, by name
   * @param texts the others
   * @throws PredicateSyntaxException where it is none, or names a field that there is not
   */
  public static <E> Predicate<E> parse(
      String text, Map<String, ToDoubleFunction<E>> numbers, Map<String, Function<E, String>> texts)
      throws PredicateSyntaxException {
    return new FieldCondition<>(text, numbers, texts).whole();
  }

  @Override
  Predicate<E> condition() throws PredicateSyntaxException {
    String name = text.name();
    ToDoubleFunction<E> number = numbers.get(name);
    if (number != null) {
      Comparison comparison = Comparison.in(text);
      double limit = text.decimal();
      return each -> comparison.holds(number.applyAsDouble(each), limit);
    }
    Function<E, String> field = texts.get(name);
    if (field == null) {
      throw new PredicateSyntaxException(
          name.isEmpty() ? "no name of a field" : "the field \"" + name + "\"",
          "one of " + known() + ", \"!\" or \"(\"");
    }
    if (text.take("=~")) {
      Pattern pattern = pattern(text.quoted());
      return each -> pattern.matcher(field.apply(each)).find();
    }
    boolean equal = text.take("==");
    if (!equal && !text.take("!=")) {
      throw text.unexpected("==, != or =~, as " + name + " is a text");
    }
    String wanted = text.quoted();
    return each -> wanted.equals(field.apply(each)) == equal;
  }

  private String known() {
    return Stream.concat(numbers.keySet().stream(), texts.keySet().stream())
        .sorted()
        .collect(Collectors.joining(", "));
  }

  private static Pattern pattern(String expression) throws PredicateSyntaxException {
    try {
      return Pattern.compile(expression);
    } catch (PatternSyntaxException none) {
      throw new PredicateSyntaxException(
          "the expression " + expression, "RE2: " + none.getDescription());
    }
  }

  @Override
  Predicate<E> either(Predicate<E> left, Predicate<E> right) {
    return left.or(right);
  }

  @Override
  Predicate<E> both(Predicate<E> left, Predicate<E> right) {
    return left.and(right);
  }

  @Override
  Predicate<E> opposite(Predicate<E> condition) {
    return condition.negate();
  }
}
