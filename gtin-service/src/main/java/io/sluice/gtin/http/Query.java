package io.sluice.gtin.http;

import io.sluice.gtin.gtin.Quoted;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of a request's address. One that the description of the API does not have for the
 * operation is refused, and so is one that stands there twice: a filter that is ignored would give
 * wrong data. What stands behind {@code via=link} is the query of the Digital Link that led here
 * (GS1-Conformant Resolver Standard: a resolver passes it on), and is nobody's parameter.
 */
final class Query {
  private static final String KEY = Query.class.getName();
  private static final String VIA = "via";
  private static final String LINK = "link";

  /** What a resolver puts before the query that it passes on. */
  static final String VIA_LINK = VIA + '=' + LINK;

  private static final Query NONE = new Query(Map.of());

  private final Map<String, String> parameters;

  private Query(Map<String, String> parameters) {
    this.parameters = parameters;
  }

  /** The parameters that were checked before. */
  static Query of(RoutingContext context) {
    Query query = context.get(KEY);
    if (query == null) {
      throw new IllegalStateException("the query was not checked");
    }
    return query;
  }

  @Nullable String get(String name) {
    return parameters.get(name);
  }

  Optional<String> find(String name) {
    return Optional.ofNullable(parameters.get(name));
  }

  /** A whole number from one to another. */
  long number(String name, long usual, long from, long to) throws Malformed {
    String text = parameters.get(name);
    if (text == null) {
      return usual;
    }
    long number = text.matches("[0-9]{1,18}") ? Long.parseLong(text) : -1;
    if (number < from || number > to) {
      throw bad(
          name
              + ": found \""
              + Quoted.of(text)
              + "\", expected "
              + (to == Long.MAX_VALUE ? "a number from " + from + " on" : from + " to " + to));
    }
    return number;
  }

  Map<String, String> all() {
    return parameters;
  }

  /**
   * Lets requests pass whose parameters are described, and answers others.
   *
   * @param path the operation's, as a router has it
   */
  static Handler<RoutingContext> checking(String path, HttpMethod method) {
    Set<String> known = OpenApi.parameters(path, method);
    return context -> check(context, known);
  }

  private static void check(RoutingContext context, Set<String> known) {
    if (context.request().query() == null) {
      context.put(KEY, NONE);
      context.next();
      return;
    }
    Map<String, String> parameters = new LinkedHashMap<>();
    try {
      for (Map.Entry<String, String> each : context.queryParams()) {
        String name = each.getKey();
        if (!known.contains(name)) {
          throw bad(
              "found the parameter "
                  + Quoted.of(name)
                  + ", expected "
                  + (known.isEmpty() ? "none" : "of " + String.join(", ", known)));
        }
        if (parameters.put(name, each.getValue()) != null) {
          throw bad(name + ": found it twice, expected one");
        }
        if (name.equals(VIA)) {
          if (!each.getValue().equals(LINK)) {
            throw bad("via: found " + Quoted.of(each.getValue()) + ", expected link");
          }
          break;
        }
      }
    } catch (Malformed malformed) {
      malformed.answer(context);
      return;
    }
    context.put(KEY, new Query(parameters));
    context.next();
  }

  private static Malformed bad(String detail) {
    return new Malformed(Problem.MALFORMED_PARAMETER, detail);
  }
}
