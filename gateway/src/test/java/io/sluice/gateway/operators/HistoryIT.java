package io.sluice.gateway.operators;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sluice.gateway.testbed.Sluice;
import io.sluice.testkit.Etcd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each change names who made it, and each tree that was served can be put back. */
class HistoryIT {
  private static final JsonMapper JSON = new JsonMapper();

  @TempDir private Path folder;
  private final Etcd etcd = Etcd.start();

  @AfterEach
  void stop() {
    etcd.close();
  }

  private Sluice sluice(String... arguments) {
    return Sluice.run(etcd, arguments);
  }

  private JsonNode history(String... arguments) throws IOException {
    String[] all = new String[arguments.length + 3];
    all[0] = "history";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    all[all.length - 2] = "--output";
    all[all.length - 1] = "json";
    return JSON.readTree(sluice(all).succeeds().out());
  }

  private void backend(String id, String settings, String why) {
    sluice(
            "upsert",
            "backend",
            id,
            "{'Type':'http','Settings':{'KeepAlive':{'Period':'" + settings + "'}}}",
            "-m",
            why,
            "--author",
            "ann")
        .succeeds();
  }

  private String tree() {
    return etcd.under("/vulcand/backends") + etcd.under("/vulcand/frontends");
  }

  @Test
  void everyChangeSaysWhoMadeItWhenAndWhy() throws IOException {
    backend("b", "1s", "the first");
    backend("b", "2s", "slower");
    sluice("rm", "backend", "b").succeeds();

    JsonNode all = history();
    assertThat(all).hasSize(3);
    assertThat(all.get(1).path("author").asText()).isEqualTo("ann");
    assertThat(all.get(1).path("message").asText()).isEqualTo("slower");
    assertThat(all.get(1).path("at").asText()).startsWith("20");
    JsonNode change = all.get(1).path("changes").get(0);
    assertThat(change.path("key").asText()).isEqualTo("backends/b/backend");
    assertThat(change.path("change").asText()).isEqualTo("change");
    assertThat(change.path("before").asText()).contains("1s");
    assertThat(change.path("after").asText()).contains("2s");
    assertThat(all.get(0).path("author").asText()).contains("@");
    assertThat(all.get(0).path("revision").asLong())
        .isGreaterThan(all.get(1).path("revision").asLong());
    assertThat(sluice("history").succeeds().out())
        .contains("remove backends/b/backend", "add backends/b/backend", "the first");
    assertThat(history("backend", "other")).isEmpty();
    assertThat(history("backend", "b", "--limit", "2")).hasSize(2);
    assertThat(sluice("history", "backend").status()).isEqualTo(2);
  }

  @Test
  void whatIsWrittenPastTheCommandsStandsThereWithoutAnAuthor() throws IOException {
    backend("b", "1s", "");
    etcd.put("/vulcand/backends/b/backend", "{\"Type\":\"http\"}");

    JsonNode newest = history().get(0);

    assertThat(newest.path("author").asText()).isEmpty();
    assertThat(newest.path("changes").get(0).path("key").asText()).isEqualTo("backends/b/backend");
    Sluice undone = sluice("undo");
    assertThat(undone.status()).isEqualTo(1);
    assertThat(undone.err()).contains("backends/b/backend was changed since by others");
  }

  @Test
  void undoLeavesTheTreeAsItWasByteForByteAndCanBeUndone() {
    etcd.put("/vulcand/backends/own/backend", "{ \"Type\" : \"http\" }");
    backend("b", "1s", "");
    String before = tree();
    sluice("rm", "backend", "own").succeeds();
    String after = tree();

    sluice("undo", "-m", "a mistake").succeeds();
    assertThat(tree()).isEqualTo(before);

    sluice("undo").succeeds();
    assertThat(tree()).isEqualTo(after);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void everyTreeThatACommandLeftIsKnownAlsoWhenTheStoreHasForgottenIt(boolean forgotten)
      throws IOException {
    backend("a", "1s", "");
    backend("b", "1s", "");
    long then = history().get(0).path("revision").asLong();
    String before = tree();
    backend("b", "2s", "");
    sluice("rm", "backend", "a").succeeds();
    backend("c", "1s", "");
    if (forgotten) {
      etcd.compact();
    }
    String revision = Long.toString(then);

    assertThat(sluice("diff", "--revision", revision).succeeds().out())
        .contains("add backends/a/backend", "change backends/b", "remove backends/c/backend");
    sluice("export", folder.resolve("then").toString(), "--revision", revision).succeeds();
    assertThat(folder.resolve("then/backends/a/backend.json")).exists();
    assertThat(folder.resolve("then/backends/c/backend.json")).doesNotExist();
    sluice("undo", revision, "-m", "back to yesterday").succeeds();
    assertThat(tree()).isEqualTo(before);
    assertThat(history().get(0).path("message").asText()).isEqualTo("back to yesterday");

    backend("d", "1s", "");
    sluice("apply", "--revision", revision).succeeds();
    assertThat(tree()).isEqualTo(before);
  }

  @Test
  void whatCannotBeToldAnyMoreIsRefusedAndNothingIsWritten() throws IOException {
    backend("b", "1s", "");
    long then = history().get(0).path("revision").asLong();
    etcd.put("/vulcand/backends/b/backend", "{\"Type\":\"http\"}");
    backend("b", "2s", "");
    etcd.compact();
    String before = tree();

    Sluice refused = sluice("undo", Long.toString(then));

    assertThat(refused.status()).isEqualTo(1);
    assertThat(refused.err()).contains("has forgotten revision " + then);
    assertThat(tree()).isEqualTo(before);
    assertThat(sluice("undo", "999999").err()).contains("expected one from 1 to");
  }

  @Test
  void undoOfATreeKeepsWhatHangsOnALease() {
    etcd.put("/vulcand/backends/b/backend", "{\"Type\":\"http\"}");
    String lease = etcd.lease();
    backend("c", "1s", "");
    etcd.ctl(
        "put", "--lease=" + lease, "/vulcand/backends/b/servers/s", "{\"URL\":\"http://a:1\"}");

    sluice("undo", "2").succeeds();

    assertThat(tree()).contains("backends/b/servers/s").doesNotContain("backends/c");
  }

  @Test
  void theRecordsAreBounded() throws IOException {
    backend("b", "1s", "x".repeat(60_000));
    assertThat(history().get(0).path("message").asText().length()).isLessThan(2_000);
    for (int i = 0; i < 40; i++) {
      frontends(6, 8_000 + i);
      sluice("apply", "-f", folder.resolve("tree").toString()).succeeds();
    }

    assertThat(history("--limit", "1000")).hasSizeBetween(10, 30);
  }

  private void frontends(int count, int length) throws IOException {
    for (int i = 0; i < count; i++) {
      Path file = folder.resolve("tree/frontends/f" + i + "/frontend.json");
      Files.createDirectories(file.getParent());
      String route = "Path(`/" + i + "x".repeat(length) + "`)";
      Files.writeString(
          file, "{\"Type\":\"http\",\"BackendId\":\"b\",\"Route\":\"" + route + "\"}");
    }
  }

  @Test
  void aChangeThatIsTooLargeToRecordIsNamedAndTheTreeBeforeItIsKnown() throws IOException {
    backend("b", "1s", "");
    frontends(20, 9_000);
    sluice("apply", "-f", folder.resolve("tree").toString()).succeeds();

    Sluice undone = sluice("undo");
    assertThat(undone.status()).isEqualTo(1);
    String revision = undone.err().replaceAll("(?s).*sluice undo (\\d+) .*", "$1");
    sluice("undo", revision).succeeds();
    assertThat(tree()).contains("backends/b/backend").doesNotContain("frontends/f1");
  }
}
