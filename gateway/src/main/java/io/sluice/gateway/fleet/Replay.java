package io.sluice.gateway.fleet;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.gateway.http.Reason;
import io.sluice.gateway.table.CompiledFrontend;
import io.sluice.gateway.table.CompiledListener;
import io.sluice.gateway.table.RoutingTable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request that was answered, decided once more by the routes of its time.
 *
 * @param explanation what the routes say; null where the line names no listener of that time
 * @param asRecorded whether the line says the same, as far as it can be told
 * @param notes what limits the decision, a sentence each
 */
public record Replay(@Nullable Explanation explanation, boolean asRecorded, List<String> notes) {

  /**
   * Decides it.
   *
   * @param table the routes of the line's revision
   * @param line of the access log, in JSON
   * @param headers of the request, which no line has
   * @throws IOException when the line is of no request that a route decides
   */
  public static Replay of(
      RoutingTable table, JsonNode line, List<Map.Entry<String, String>> headers)
      throws IOException {
    Explanation.Request request = request(line, headers);
    CompiledListener through = table.listener(line.path("listener").asText());
    if (through == null) {
      return new Replay(
          null, true, List.of("no route was asked: the line names no listener of that time"));
    }
    Explanation explanation = Explanation.of(table, through, request);
    List<String> notes = new ArrayList<>();
    if (line.path("path").asText().endsWith("…")) {
      notes.add("the line has only the beginning of a long path");
    }
    String frontend = line.path("frontend").asText();
    String reason = line.path("reason").asText();
    boolean undecided = frontend.isEmpty() && !reason.equals(Reason.NO_ROUTE.label());
    boolean same = undecided || frontend.equals(id(explanation.frontend()));
    if (undecided) {
      notes.add("no route was asked, as the request was answered before: " + reason);
    } else if (!same) {
      notes.add(
          "the line says frontend \""
              + frontend
              + "\": where a route asks for headers, which no line has, give them by -H");
    }
    return new Replay(explanation, same, List.copyOf(notes));
  }

  private static String id(@Nullable CompiledFrontend frontend) {
    return frontend == null ? "" : frontend.id();
  }

  private static Explanation.Request request(JsonNode line, List<Map.Entry<String, String>> headers)
      throws IOException {
    try {
      return new Explanation.Request(
          line.path("method").asText(),
          URI.create(
              (line.path("tls").asText().isEmpty() ? "http://" : "https://")
                  + line.path("host").asText()
                  + escaped(line.path("path").asText())),
          headers,
          InetAddress.ofLiteral(line.path("client").asText()));
    } catch (IllegalArgumentException none) {
      throw new IOException("the request was none that a route decides: " + line, none);
    }
  }

  /** What a path may hold here and a URI in Java may not. */
  private static String escaped(String path) {
    StringBuilder text = new StringBuilder();
    for (byte each : path.getBytes(StandardCharsets.UTF_8)) {
      boolean plain = each > ' ' && "\"<>[]^`{|}\\".indexOf(each) < 0;
      text.append(plain ? "" + (char) each : "%%%02X".formatted(each & 0xff));
    }
    return text.toString();
  }
}
