package io.sluice.gateway.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What one gateway says of itself to the fleet: key {@code gateways/<id>}, under a lease, so it is
 * there as long as the gateway lives.
 *
 * @param revision of the tree that serves
 * @param tableVersion counts the tables of this process
 * @param source where the tree came from: {@link #FROM_STORE}, {@code disk}, {@code none}, or
 *     {@link #HELD} while what the store has now is not served
 * @param host the machine's name
 * @param admin host and port of its admin API
 * @param draining whether it asks to be given nothing new
 * @param problemCount how many there are; the first are named, at most {@link #MOST_PROBLEMS}
 */
public record GatewayStatus(
    String id,
    long revision,
    long tableVersion,
    String source,
    String host,
    String admin,
    boolean draining,
    int problemCount,
    List<Problem> problems) {
  public static final String FROM_STORE = "etcd";
  public static final String HELD = "held";

  private static final JsonMapper JSON = new JsonMapper();
  private static final String DRAIN = "/drain";
  public static final int MOST_PROBLEMS = 50;

  /** A few kilobytes are enough for people; etcd refuses a megabyte and a half. */
  private static final int MOST_PROBLEM_CHARS = 16 * 1024;

  /** The folder of all gateways' keys. */
  public static final String FOLDER = "gateways/";

  /** What a gateway's {@code /status} page says of it. */
  public static GatewayStatus ofPage(JsonNode page, String admin) {
    List<Problem> problems = new ArrayList<>();
    for (JsonNode each : page.path("problems")) {
      problems.add(problem(each, "level", "where", "found", "expected"));
    }
    boolean held = !page.path("store").path("held").asText().isEmpty();
    return new GatewayStatus(
        page.path("id").asText(),
        page.path("revision").asLong(),
        page.path("table_version").asLong(),
        held ? HELD : page.path("source").asText(),
        "",
        admin,
        page.path("draining").asBoolean(),
        problems.size(),
        problems);
  }

  private static Problem problem(
      JsonNode json, String level, String where, String found, String expected) {
    return new Problem(
        json.path(level).asText().equalsIgnoreCase("ERROR")
            ? Problem.Level.ERROR
            : Problem.Level.WARNING,
        json.path(where).asText(),
        json.path(found).asText(),
        json.path(expected).asText());
  }

  public static String key(String id) {
    return FOLDER + id;
  }

  /**
   * Whether this was said by the process before this one at the same place: it has left its admin
   * port, so it cannot live any more.
   */
  public boolean isPredecessorOf(GatewayStatus now) {
    return !host.isEmpty() && host.equals(now.host) && admin.equals(now.admin);
  }

  /** The key that an operator writes to take a gateway out. */
  public static String drainKey(String id) {
    return FOLDER + id + DRAIN;
  }

  /** Whether an operator takes some gateway out of the fleet by this key. */
  public static boolean isDrainKey(String key) {
    return key.startsWith(FOLDER) && key.endsWith(DRAIN);
  }

  public byte[] toJson() {
    ObjectNode json = JSON.createObjectNode();
    json.put("Revision", revision).put("TableVersion", tableVersion).put("Source", source);
    json.put("Host", host)
        .put("Admin", admin)
        .put("Draining", draining)
        .put("ProblemCount", problemCount);
    ArrayNode list = json.putArray("Problems");
    int chars = 0;
    for (Problem problem : problems) {
      chars += problem.toString().length();
      if (chars > MOST_PROBLEM_CHARS) {
        break;
      }
      list.addObject()
          .put("Level", problem.level().name())
          .put("Where", problem.where())
          .put("Found", problem.found())
          .put("Expected", problem.expected());
    }
    try {
      return JSON.writeValueAsBytes(json);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /**
   * Reads what {@link #toJson} wrote.
   *
   * @throws IOException when it is no JSON
   */
  public static GatewayStatus read(String id, String json) throws IOException {
    JsonNode node = JSON.readTree(json);
    List<Problem> problems = new ArrayList<>();
    for (JsonNode each : node.path("Problems")) {
      problems.add(problem(each, "Level", "Where", "Found", "Expected"));
    }
    return new GatewayStatus(
        id,
        node.path("Revision").asLong(),
        node.path("TableVersion").asLong(),
        node.path("Source").asText(),
        node.path("Host").asText(),
        node.path("Admin").asText(),
        node.path("Draining").asBoolean(),
        node.path("ProblemCount").asInt(),
        problems);
  }
}
