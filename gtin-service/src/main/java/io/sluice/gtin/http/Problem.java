package io.sluice.gtin.http;

import io.sluice.gtin.gtin.Refusal;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.TreeMap;

/**
 * Everything that can be wrong with a request besides its code ({@link Refusal}): the one table
 * from a cause to a status, a stable code, and its description under {@code /v1/problems}.
 */
enum Problem {
  UNKNOWN_ITEM(404, "Not Found", "the number is well-formed, and no item has it"),
  NO_SUCH_PATH(404, "Not Found", "the API has no such path"),
  METHOD_NOT_ALLOWED(405, "Method Not Allowed", "the path does not take this method"),
  MALFORMED_REQUEST(400, "Bad Request", "what came is no request of HTTP"),
  TARGET_TOO_LONG(414, "URI Too Long", "the address is longer than any that is taken"),
  HEADERS_TOO_LARGE(
      431, "Request Header Fields Too Large", "the header is larger than any that is taken"),
  MALFORMED_PATH(400, "Bad Request", "the path is not percent-encoded text"),
  MALFORMED_HOST(400, "Bad Request", "the request names no host, or none that is one"),
  MALFORMED_BODY(400, "Bad Request", "the body is not what the path takes"),
  BODY_TOO_LARGE(413, "Content Too Large", "the body, or the number of inputs, is too large"),
  UNSUPPORTED_MEDIA_TYPE(
      415,
      "Unsupported Media Type",
      "the path does not take bodies of this type, charset or coding"),
  MALFORMED_PARAMETER(400, "Bad Request", "a parameter of the query is not what it has to be"),
  MALFORMED_LINK(400, "Bad Request", "the path is no GS1 Digital Link with a GTIN"),
  NO_SUCH_LINK(404, "Not Found", "there is no link of the type that is asked for"),
  REMOVED_ITEM(410, "Gone", "there was an item with this number, and it was removed"),
  PRECONDITION_FAILED(412, "Precondition Failed", "the item is not as the request thinks"),
  NOT_ACCEPTABLE(406, "Not Acceptable", "there is no answer in a form that Accept names"),
  CATALOGUE_AWAY(
      503, "Service Unavailable", "the database is away, and no copy of it answers this"),
  BUSY(503, "Service Unavailable", "too much is under way; ask again a little later"),
  ELSEWHERE(409, "Conflict", "another service does it, and has to be asked"),
  FOREIGN_HOST(
      403, "Forbidden", "the private address does not answer under this name: --private-name"),
  FOREIGN_PAGE(
      403, "Forbidden", "a web page of another origin may not ask this of the private address"),
  GUESSED(
      400, "Bad Request", "the code is a number by chance as well, and nothing is written by it"),
  UNKNOWN_FORM(400, "Bad Request", "as names no form of a GTIN"),
  INTERNAL(500, "Internal Server Error", "the service failed; its log says why");

  private final int status;
  private final String title;
  private final String meaning;

  Problem(int status, String title, String meaning) {
    this.status = status;
    this.title = title;
    this.meaning = meaning;
  }

  int status() {
    return status;
  }

  String code() {
    return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
  }

  /**
   * As RFC 9457 has it.
   *
   * @param detail what was found and what was expected
   */
  JsonObject body(String detail) {
    return Answers.problem(status, code(), title, detail);
  }

  /** The meaning of every code, by code. */
  static Map<String, String> meanings() {
    Map<String, String> meanings = new TreeMap<>();
    for (Refusal refusal : Refusal.values()) {
      meanings.put(refusal.code(), refusal.meaning());
    }
    for (Problem problem : values()) {
      meanings.put(problem.code(), problem.meaning);
    }
    return meanings;
  }
}
