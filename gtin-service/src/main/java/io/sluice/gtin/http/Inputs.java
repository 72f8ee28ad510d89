package io.sluice.gtin.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.sluice.gtin.gtin.As;
import io.sluice.gtin.gtin.Quoted;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The codes of a request's body, each as it was sent: {@code {"inputs": [text or number or
 * {"input": …, "as": …}, …], "as": …}}, or one of these a line. Numbers keep all of their digits.
 */
final class Inputs {
  static final int MOST = 1_000;

  /** What a body should be, for a message. */
  static final String EXPECTED = "{\"inputs\": [\"9521234543213\", …]}";

  private Inputs() {}

  /** One of many: a code, or why it is none. */
  sealed interface Each {
    record Code(Input input) implements Each {}

    /**
     * No code.
     *
     * @param requested as it was sent
     */
    record None(@Nullable Object requested, Problem problem, String detail) implements Each {
      Answer answer() {
        Answer answer = Answer.of(problem, detail);
        answer.body().put("requested", requested);
        return answer;
      }
    }
  }

  /**
   * Those of a body.
   *
   * @param as what the request says of all of them
   */
  static List<Each> ofBody(Object whole, As as) throws Malformed {
    if (!(whole instanceof Map<?, ?> object) || !(object.get("inputs") instanceof List<?> list)) {
      throw expected();
    }
    if (!Set.of("inputs", "as").containsAll(object.keySet())) {
      throw new Malformed(
          Problem.MALFORMED_BODY,
          "found the members " + Quoted.of(object.keySet()) + ", expected inputs and as");
    }
    if (list.size() > MOST) {
      throw new Malformed(
          Problem.BODY_TOO_LARGE, "found " + list.size() + " inputs, expected at most " + MOST);
    }
    As all = object.get("as") == null ? as : Input.as(object.get("as"));
    List<Each> inputs = new ArrayList<>();
    for (Object each : list) {
      inputs.add(of(each, all));
    }
    return inputs;
  }

  /** The one of a line: JSON, or a code as it is, such as 0952-1234. */
  static Each ofLine(String line, As as) {
    Object value;
    try {
      value = Bodies.JSON.readValue(line, Object.class);
    } catch (JsonProcessingException notJson) {
      value = line;
    }
    return of(value, as);
  }

  private static Each of(@Nullable Object value, As as) {
    return switch (value) {
      case String text -> new Each.Code(new Input(text, text, as));
      case BigInteger number -> new Each.Code(new Input(number, number.toString(), as));
      case BigDecimal number -> new Each.Code(new Input(number, number.toString(), as));
      case Map<?, ?> object when object.containsKey("input") -> ofObject(object, as);
      case null, default -> none(json(value), value);
    };
  }

  private static Each ofObject(Map<?, ?> object, As as) {
    Object requested = json(object.get("input"));
    if (!Set.of("input", "as").containsAll(object.keySet())) {
      return new Each.None(
          requested,
          Problem.MALFORMED_BODY,
          "found the members " + Quoted.of(object.keySet()) + ", expected input and as");
    }
    if (object.get("input") instanceof Map<?, ?>) {
      return none(requested, object.get("input"));
    }
    try {
      return of(object.get("input"), object.get("as") == null ? as : Input.as(object.get("as")));
    } catch (Malformed unknownForm) {
      return new Each.None(requested, Problem.UNKNOWN_FORM, unknownForm.detail());
    }
  }

  private static Each none(@Nullable Object requested, @Nullable Object found) {
    return new Each.None(
        requested,
        Problem.MALFORMED_BODY,
        "found " + Quoted.of(found) + ", expected a text or a number");
  }

  /** As Vert.x writes it. */
  private static @Nullable Object json(@Nullable Object value) {
    if (value instanceof Map<?, ?> map) {
      JsonObject object = new JsonObject();
      map.forEach((name, each) -> object.put(String.valueOf(name), json(each)));
      return object;
    }
    return value;
  }

  private static Malformed expected() {
    return new Malformed(Problem.MALFORMED_BODY, "expected " + EXPECTED);
  }
}
