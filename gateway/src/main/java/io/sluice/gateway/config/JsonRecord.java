package io.sluice.gateway.config;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.re2j.Pattern;
import io.sluice.gateway.route.Regexps;
import io.sluice.gateway.route.RouteSyntaxException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One JSON object of a record, read field by field: names in any case as Go does it, clear errors,
 * and a warning for every field that nobody asked for.
 *
 * <p>Absent and null are the same. Errors are thrown as {@link BadValue}; warnings collect in the
 * list that was given.
 */
final class JsonRecord {
  /** A value that cannot be used, with the problem that says why. */
  static final class BadValue extends Exception {
    private static final long serialVersionUID = 1;

    private final transient Problem problem;

    BadValue(Problem problem) {
      super(problem.toString(), null, false, false);
      this.problem = problem;
    }

    Problem problem() {
      return problem;
    }
  }

  private static final int MAX_BYTES = 1024 * 1024;
  private static final int MOST_NAME = 64;
  private static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(32).build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final String where;
  private final boolean secret;
  private final boolean strict;
  private final SealKeys seals;
  private final List<Problem> warnings;
  private final TreeMap<String, JsonNode> fields = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
  private final Set<String> asked = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);

  private JsonRecord(
      String where,
      JsonNode object,
      boolean secret,
      boolean strict,
      SealKeys seals,
      List<Problem> warnings)
      throws BadValue {
    this.where = where;
    this.secret = secret;
    this.strict = strict;
    this.seals = seals;
    this.warnings = warnings;
    for (var field : object.properties()) {
      if (fields.put(field.getKey(), field.getValue()) != null) {
        throw new BadValue(
            Problem.error(where, "the field " + field.getKey() + " twice", "each field once"));
      }
    }
  }

  /**
   * Reads a key's value.
   *
   * @param seals open what is sealed in it
   * @throws BadValue when it is not one JSON object
   */
  static JsonRecord parse(String key, byte[] value, SealKeys seals, List<Problem> warnings)
      throws BadValue {
    if (value == KeyTree.TOO_LARGE || value.length > MAX_BYTES) {
      throw new BadValue(
          Problem.error(key, "a value of too many bytes", "at most " + MAX_BYTES + " bytes"));
    }
    if (value == KeyTree.NO_ROOM) {
      throw new BadValue(
          Problem.error(
              key, "more than there is memory for in the whole tree", "fewer or smaller records"));
    }
    JsonNode node;
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(value)).toString();
      node = JSON.readTree(text);
    } catch (CharacterCodingException notText) {
      throw new BadValue(Problem.error(key, "bytes that are not UTF-8", "a JSON object"));
    } catch (JsonProcessingException notJson) {
      var at = notJson.getLocation();
      String position =
          at == null ? "" : " (line " + at.getLineNr() + ", column " + at.getColumnNr() + ")";
      throw new BadValue(
          Problem.error(key, "unreadable JSON" + why(notJson, key) + position, "a JSON object"));
    }
    if (!node.isObject()) {
      boolean secret = isSecret(key);
      throw new BadValue(
          Problem.error(
              key,
              node.isMissingNode() ? "an empty value" : secret ? kind(node) : abbreviate(node),
              "a JSON object"));
    }
    return new JsonRecord(key, node, isSecret(key), false, seals, warnings);
  }

  /** The parser's own words, where they cannot repeat what is in the text. */
  private static String why(JsonProcessingException notJson, String key) {
    String said = notJson.getOriginalMessage();
    boolean safe = said.startsWith("Unexpected character") || said.startsWith("Unexpected end");
    boolean named = said.startsWith("Duplicate field") && !isSecret(key);
    return safe || named ? ": " + said.replaceAll("(?s) \\(start marker at .*", "") : "";
  }

  /** Whether nothing of a record may be repeated. */
  private static boolean isSecret(String where) {
    return where.startsWith("hosts/") || where.startsWith("acme/");
  }

  /** What a value is, without any of it. */
  private static String kind(JsonNode node) {
    String size = node.isTextual() ? " of " + node.textValue().length() + " characters" : "";
    return switch (node.getNodeType()) {
      case STRING -> "a text" + size;
      case ARRAY -> "a list";
      case OBJECT -> "an object";
      case NUMBER -> "a number";
      case BOOLEAN -> "true or false";
      default -> "nothing";
    };
  }

  String where() {
    return where;
  }

  boolean has(String name) {
    return find(name) != null;
  }

  boolean isText(String name) {
    JsonNode node = find(name);
    return node != null && node.isTextual();
  }

  String string(String name, String absent) throws BadValue {
    JsonNode node = find(name);
    if (node == null) {
      return absent;
    }
    if (!node.isTextual()) {
      throw bad(name, node, "a text");
    }
    return node.textValue();
  }

  /** A text that may be sealed, opened. */
  String secret(String name) throws BadValue {
    String text = string(name, "");
    if (!SealKeys.isSealed(text)) {
      return text;
    }
    try {
      return seals.open(text);
    } catch (SealKeys.SealedException sealed) {
      throw bad(name, sealed.getMessage(), "one that a key in the file of --seal-key opens");
    }
  }

  String requiredString(String name, String expected) throws BadValue {
    String value = string(name, "");
    if (value.isEmpty()) {
      throw new BadValue(Problem.error(where + " " + name, "nothing", expected));
    }
    return value;
  }

  boolean bool(String name, boolean absent) throws BadValue {
    JsonNode node = find(name);
    if (node == null) {
      return absent;
    }
    if (!node.isBoolean()) {
      throw bad(name, node, "true or false");
    }
    return node.booleanValue();
  }

  long integer(String name, long absent, long least, long most) throws BadValue {
    JsonNode node = find(name);
    if (node == null) {
      return absent;
    }
    if (!node.isIntegralNumber()
        || !node.canConvertToLong()
        || node.longValue() < least
        || node.longValue() > most) {
      String range =
          most == Long.MAX_VALUE ? " of at least " + least : " from " + least + " to " + most;
      throw bad(name, node, "a whole number" + range);
    }
    return node.longValue();
  }

  /**
   * A Go duration or integer nanoseconds; {@code absent} also for the empty text and for zero, as
   * Vulcand has it.
   */
  Duration duration(String name, Duration absent) throws BadValue {
    JsonNode node = find(name);
    if (node == null || (node.isTextual() && node.textValue().isEmpty())) {
      return absent;
    }
    Duration value;
    try {
      if (node.isIntegralNumber() && node.canConvertToLong() && node.longValue() >= 0) {
        value = Duration.ofNanos(node.longValue());
      } else if (node.isTextual()) {
        value = GoDuration.parse(node.textValue());
      } else {
        throw new IllegalArgumentException(node.toString());
      }
    } catch (IllegalArgumentException notOne) {
      throw bad(name, node, "a duration such as \"250ms\", \"5s\" or \"1m30s\"");
    }
    return value.isZero() ? absent : value;
  }

  /** One of an enum's constants, in any case. */
  <E extends Enum<E>> E choice(String name, E absent) throws BadValue {
    String text = string(name, "");
    if (text.isEmpty()) {
      return absent;
    }
    List<String> names = new ArrayList<>();
    for (E constant : absent.getDeclaringClass().getEnumConstants()) {
      String written = constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
      if (written.equals(text.toLowerCase(Locale.ROOT).replace('_', '-'))) {
        return constant;
      }
      names.add(written);
    }
    throw bad(name, "\"" + text + "\"", String.join(", ", names));
  }

  List<String> strings(String name) throws BadValue {
    List<String> values = new ArrayList<>();
    for (JsonNode element : elements(name)) {
      if (!element.isTextual() || element.textValue().isEmpty()) {
        throw bad(name, element, "a list of texts");
      }
      values.add(element.textValue());
    }
    return List.copyOf(values);
  }

  /** The objects of a list, each to be read and closed by the caller. */
  List<JsonRecord> objects(String name) throws BadValue {
    List<JsonRecord> values = new ArrayList<>();
    for (JsonNode element : elements(name)) {
      if (!element.isObject()) {
        throw bad(name, element, "a list of objects");
      }
      values.add(
          new JsonRecord(
              where + " " + name + "[" + values.size() + "]",
              element,
              secret,
              strict,
              seals,
              warnings));
    }
    return values;
  }

  /** The object in a field; an empty one when it is absent. */
  JsonRecord object(String name) throws BadValue {
    return object(name, strict);
  }

  /**
   * The same, of which every field must be known: a guard that is mistyped must never open a route.
   */
  JsonRecord strict(String name) throws BadValue {
    return object(name, true);
  }

  private JsonRecord object(String name, boolean allKnown) throws BadValue {
    JsonNode node = find(name);
    if (node != null && !node.isObject()) {
      boolean hidden = secret || name.equals("TLS") || name.equals("Settings");
      throw bad(name, hidden ? kind(node) : abbreviate(node), "an object");
    }
    return new JsonRecord(
        where + " " + name,
        node == null ? JSON.createObjectNode() : node,
        secret || name.equals("TLS"),
        allKnown,
        seals,
        warnings);
  }

  /**
   * The object in a field, also where it stands as a text that holds JSON, as {@code vctl} writes
   * some; null when it is absent or the text is empty.
   */
  @Nullable JsonRecord nested(String name) throws BadValue {
    JsonNode node = find(name);
    if (node == null || !node.isTextual()) {
      return node == null ? null : object(name);
    }
    if (node.textValue().isBlank()) {
      return null;
    }
    try {
      JsonNode inner = JSON.readTree(node.textValue());
      if (inner.isObject()) {
        return new JsonRecord(where + " " + name, inner, secret, strict, seals, warnings);
      }
    } catch (JsonProcessingException notJson) {
      // It is told like any other text that holds no object.
    }
    throw bad(name, node, "an object, or a text that holds one as JSON");
  }

  /** A text as it is, or any other value as JSON; empty when it is absent. */
  String textOrJson(String name) {
    JsonNode node = find(name);
    return node == null ? "" : node.isTextual() ? node.textValue() : node.toString();
  }

  /** The names of all fields. */
  Set<String> names() {
    return fields.keySet();
  }

  /** The texts of an object, by their names as they are written; empty when it is absent. */
  Map<String, String> texts(String name) throws BadValue {
    JsonRecord object = object(name);
    Map<String, String> texts = new LinkedHashMap<>();
    for (String field : object.fields.keySet()) {
      texts.put(field, object.string(field, ""));
    }
    return Collections.unmodifiableMap(texts);
  }

  /** A regular expression, RE2 syntax. */
  Pattern regexp(String name) throws BadValue {
    try {
      return Regexps.compile(requiredString(name, "a regular expression in RE2 syntax"));
    } catch (RouteSyntaxException notOne) {
      throw bad(name, notOne.found(), notOne.expected());
    }
  }

  /** A header's name. */
  String headerName(String name, String absent) throws BadValue {
    String text = string(name, "");
    if (!text.isEmpty() && !Names.isToken(text)) {
      throw bad(name, "\"" + text + "\"", "a header name");
    }
    return text.isEmpty() ? absent : text;
  }

  /** A list of names on the wire: of header fields, or of methods. */
  List<String> tokens(String name, String expected) throws BadValue {
    List<String> tokens = strings(name);
    for (String token : tokens) {
      if (!Names.isToken(token)) {
        throw bad(name, "\"" + token + "\"", expected);
      }
    }
    return tokens;
  }

  /** A media type with its parameters. */
  String contentType(String name, String absent) throws BadValue {
    String text = string(name, "");
    if (!text.matches("([!-~]+/[!-~]+(;?[ -~]*[!-~])?)?")) {
      throw bad(name, "\"" + text + "\"", "a media type such as text/html; charset=utf-8");
    }
    return text.isEmpty() ? absent : text;
  }

  /** A share from 0 to 100. */
  double percent(String name, double absent) throws BadValue {
    return number(name, absent, 100);
  }

  /** A share from 0 to 1. */
  double share(String name, double absent) throws BadValue {
    return number(name, absent, 1);
  }

  private double number(String name, double absent, int most) throws BadValue {
    JsonNode node = find(name);
    if (node == null) {
      return absent;
    }
    if (!node.isNumber() || !(node.doubleValue() >= 0 && node.doubleValue() <= most)) {
      throw bad(name, node, "a number from 0 to " + most);
    }
    return node.doubleValue();
  }

  /**
   * Reports a field that means something but is not acted on in this version. Empty values say
   * nothing and pass.
   */
  void notActedOn(String name, String instead) {
    JsonNode node = find(name);
    boolean says =
        node != null
            && !(node.isTextual() && node.textValue().isEmpty())
            && !(node.isContainerNode() && node.isEmpty());
    if (says) {
      warnings.add(
          Problem.warning(
              where + " " + name, "a setting that this version does not act on", instead));
    }
  }

  /** Reports a value that is not used as it stands. */
  void warn(String name, String found, String expected) {
    warnings.add(Problem.warning(where + " " + name, found, expected));
  }

  /** Accepts a field without looking at it. */
  void ignore(String name) {
    find(name);
  }

  /** Reports what nobody asked for; where all must be known, the first is an error. */
  void close() throws BadValue {
    for (String name : fields.keySet()) {
      if (!asked.contains(name)) {
        String meant = nearest(name);
        String expected = "a field of this record" + (meant.isEmpty() ? "" : ", perhaps " + meant);
        if (strict) {
          throw new BadValue(Problem.error(where + " " + name, Problem.UNKNOWN_FIELD, expected));
        }
        warnings.add(Problem.warning(where + " " + name, Problem.UNKNOWN_FIELD, expected));
      }
    }
  }

  /** What was asked for and is spelled nearly so; empty where nothing is. */
  private String nearest(String name) {
    String nearest = "";
    int least = 1 + Math.min(2, name.length() / 3);
    for (String known : asked) {
      int distance = distance(known.toLowerCase(Locale.ROOT), name.toLowerCase(Locale.ROOT));
      if (distance < least && name.length() <= MOST_NAME) {
        least = distance;
        nearest = known;
      }
    }
    return nearest;
  }

  /** How many letters have to be added, left out or exchanged (Levenshtein). */
  private static int distance(String one, String other) {
    int[] row = new int[other.length() + 1];
    for (int j = 0; j <= other.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= one.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= other.length(); j++) {
        int exchanged = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(exchanged, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[other.length()];
  }

  BadValue bad(String name, String found, String expected) {
    JsonNode node = fields.get(name);
    boolean repeats = node != null && node.isTextual() && found.contains(node.textValue());
    String shown = secret && node != null && repeats ? kind(node) : found;
    return new BadValue(Problem.error(where + " " + name, shown, expected));
  }

  private BadValue bad(String name, JsonNode node, String expected) {
    return bad(name, secret ? kind(node) : abbreviate(node), expected);
  }

  private Iterable<JsonNode> elements(String name) throws BadValue {
    JsonNode node = find(name);
    if (node == null) {
      return List.of();
    }
    if (!node.isArray()) {
      throw bad(name, node, "a list");
    }
    return node;
  }

  private @Nullable JsonNode find(String name) {
    asked.add(name);
    JsonNode node = fields.get(name);
    return node == null || node.isNull() ? null : node;
  }

  private static String abbreviate(JsonNode node) {
    String text = node.toString();
    return text.length() <= 60 ? text : text.substring(0, 60) + "…";
  }
}
