package io.sluice.gateway.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import io.sluice.gateway.fleet.History;
import io.sluice.gateway.fleet.Kind;
import io.sluice.gateway.store.EtcdStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows who changed what in the tree. */
@Command(
    name = "history",
    mixinStandardHelpOptions = true,
    footer = "%nExample: sluice history frontend web",
    description =
        "Shows who changed what in the tree, the newest first. What was written past the commands"
            + " has no author.")
public final class HistoryCommand implements Callable<Integer> {
  private static final int MOST_NAMED = 3;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "KIND",
      description = "changes of this object alone: ${COMPLETION-CANDIDATES}")
  private @Nullable Kind kind;

  @Parameters(index = "1", arity = "0..1", paramLabel = "ID", description = "its id")
  private @Nullable String id;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "20",
      description = "at most so many (${DEFAULT-VALUE})")
  private int limit = 20;

  @Mixin private StoreOptions options = new StoreOptions();
  @Mixin private Output output = new Output();
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws IOException, InterruptedException {
    String key = key();
    try (EtcdStore store = options.open()) {
      List<History.Entry> entries =
          History.of(store.read("")).stream()
              .filter(
                  entry ->
                      key.isEmpty()
                          || entry.changes().stream().anyMatch(each -> each.key().equals(key)))
              .limit(limit)
              .toList();
      if (output.isJson()) {
        output.json(json(entries));
      } else {
        table(entries);
      }
      return 0;
    }
  }

  private String key() {
    if (kind == null) {
      return "";
    }
    if (id == null || !kind.isId(id)) {
      throw new ParameterException(
          spec.commandLine(),
          "found " + kind + " \"" + id + "\", expected " + kind + " " + kind.idShape());
    }
    return kind.key(id);
  }

  private void table(List<History.Entry> entries) {
    List<List<?>> rows = new ArrayList<>();
    for (History.Entry entry : entries) {
      rows.add(
          List.of(
              entry.revision(),
              entry.at().replaceFirst("\\.\\d+Z$", "Z"),
              entry.author(),
              summary(entry.changes()),
              entry.message()));
    }
    output.rows(List.of("revision", "at", "author", "changes", "message"), rows);
  }

  private static String summary(List<History.KeyChange> changes) {
    String first =
        changes.stream()
            .limit(MOST_NAMED)
            .map(each -> each.what() + " " + each.key())
            .collect(Collectors.joining(", "));
    int more = changes.size() - MOST_NAMED;
    return more > 0 ? first + " and " + more + " more" : first;
  }

  private static ArrayNode json(List<History.Entry> entries) {
    ArrayNode list = Output.JSON.createArrayNode();
    entries.forEach(entry -> list.add(entry.json()));
    return list;
  }
}
