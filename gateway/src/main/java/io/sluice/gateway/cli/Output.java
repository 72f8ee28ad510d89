package io.sluice.gateway.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.sluice.gateway.config.Problem;
import io.sluice.gateway.fleet.ServerView;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** How a command prints what it found: a table for people, JSON for programs. */
final class Output {
  /** The forms. */
  enum Form {
    TABLE,
    /** Lines as long as they are, also on a narrow terminal. */
    WIDE,
    /** The first column alone. */
    NAME,
    JSON,
    YAML;

    /** As people write it. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "table|wide|name|json|yaml",
      defaultValue = "table",
      description = "for people or for programs (${DEFAULT-VALUE})")
  private Form form = Form.TABLE;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec = CommandSpec.create();

  /** Apart, as few commands are asked for it and it takes its time to load. */
  private static final class Yaml {
    static final YAMLMapper MAPPER =
        YAMLMapper.builder().disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER).build();
  }

  /** Whether a program reads it, in JSON or YAML. */
  boolean isJson() {
    return form == Form.JSON || form == Form.YAML;
  }

  PrintWriter out() {
    return spec.commandLine().getOut();
  }

  /** Something that is for people alone, and no part of what was asked for. */
  void note(String line) {
    spec.commandLine().getErr().println(line);
    spec.commandLine().getErr().flush();
  }

  /**
   * Rows under a header, columns aligned; or an array of objects with the header's names.
   *
   * @param rows of texts, numbers, and collections of texts
   */
  void rows(List<String> header, List<? extends List<?>> rows) {
    if (isJson()) {
      ArrayNode array = JSON.createArrayNode();
      for (List<?> row : rows) {
        ObjectNode object = array.addObject();
        for (int i = 0; i < header.size(); i++) {
          object.set(header.get(i), JSON.valueToTree(row.get(i)));
        }
      }
      json(array);
      return;
    }
    if (form == Form.NAME) {
      rows.forEach(row -> out().println(text(row.getFirst())));
      out().flush();
      return;
    }
    List<List<String>> lines = new ArrayList<>();
    lines.add(header.stream().map(name -> name.toUpperCase(Locale.ROOT)).toList());
    rows.forEach(row -> lines.add(row.stream().map(Output::text).toList()));
    int[] widths = new int[header.size()];
    for (List<String> line : lines) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], line.get(i).length());
      }
    }
    for (List<String> line : lines) {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        text.append(line.get(i)).repeat(' ', widths[i] - line.get(i).length() + 2);
      }
      out().println(fitting(text.toString().stripTrailing()));
    }
    out().flush();
  }

  /** A line that the terminal takes, where it says how much it does. */
  private String fitting(String line) {
    String columns = System.getenv("COLUMNS");
    int most = columns != null && columns.matches("[1-9]\\d{1,4}") ? Integer.parseInt(columns) : 0;
    return form == Form.WIDE || most == 0 || line.length() <= most
        ? line
        : line.substring(0, most - 1) + "…";
  }

  private static String text(Object cell) {
    return cell instanceof Collection<?> several
        ? several.stream().map(String::valueOf).collect(Collectors.joining(","))
        : String.valueOf(cell);
  }

  void json(JsonNode node) {
    try {
      out()
          .println(
              form == Form.YAML
                  ? Yaml.MAPPER.writeValueAsString(node).stripTrailing()
                  : JSON.writeValueAsString(node));
      out().flush();
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** What is wrong, one row each. */
  void problems(List<Problem> problems) {
    if (isJson()) {
      rows(
          Arrays.asList("level", "where", "found", "expected"),
          problems.stream()
              .map(p -> List.of(level(p), p.where(), p.found(), p.expected()))
              .toList());
    } else {
      problems.forEach(problem -> out().println(level(problem) + ": " + problem));
      out().flush();
    }
  }

  /** What a list of servers says of each. */
  static ObjectNode brief(ServerView server) {
    return JSON.createObjectNode()
        .put("backend", server.backend())
        .put("server", server.server())
        .put("url", server.url())
        .put("state", server.state())
        .put("last_error", server.lastError());
  }

  static String level(Problem problem) {
    return problem.level().name().toLowerCase(Locale.ROOT);
  }
}
