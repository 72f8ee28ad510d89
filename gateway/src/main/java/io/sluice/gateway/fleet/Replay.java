package io.sluice.gateway.fleet;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.gateway.http.Reason;
import io.sluice.gateway.table.CompiledFrontend;
import io.sluice.gateway.table.CompiledListener;
import io.sluice.gateway.table.RoutingTable;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request that was answered, decided once more by the routes of its time.
 *
 * @param explanation what the routes say; null where none was asked, or can be asked again
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
    String frontend = line.path("frontend").asText();
    String reason = line.path("reason").asText();
    if (frontend.isEmpty() && !reason.equals(Reason.NO_ROUTE.label())) {
      return undecided("no route was asked, as the request was answered before: " + reason);
    }
    CompiledListener through = table.listener(line.path("listener").asText());
    if (through == null) {
      return undecided("no route can be asked: the line names no listener of that time");
    }
    if (line.path("host").asText().isEmpty()) {
      return undecided("the request named no host, without which it is not decided again");
    }
    Explanation explanation = Explanation.of(table, through, request(line, headers));
    List<String> notes = new ArrayList<>();
    if (line.path("path").asText().endsWith("…")) {
      notes.add("the line has only the beginning of a long path");
    }
    boolean same = frontend.equals(id(explanation.frontend()));
    if (!same) {
      notes.add(
          "the line says frontend \""
              + frontend
              + "\": perhaps a route asks for headers, which no line has; sluice why -H gives"
              + " them");
    }
    return new Replay(explanation, same, List.copyOf(notes));
  }

  private static Replay undecided(String why) {
    return new Replay(null, true, List.of(why));
  }

  private static String id(@Nullable CompiledFrontend frontend) {
    return frontend == null ? "" : frontend.id();
  }

  private static Explanation.Request request(JsonNode line, List<Map.Entry<String, String>> headers)
      throws IOException {
    try {
      return new Explanation.Request(
          line.path("method").asText(),
          Explanation.uri(
              (line.path("tls").asText().isEmpty() ? "http://" : "https://")
                  + line.path("host").asText()
                  + line.path("path").asText()),
          headers,
          InetAddress.ofLiteral(line.path("client").asText()));
    } catch (IllegalArgumentException none) {
      throw new IOException("the request was none that a route decides: " + line, none);
    }
  }
}
