package io.sluice.gateway.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.config.Problem;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What whoever writes a tree is told of it. */
class TreeCheckTest {
  private final Map<String, String> tree =
      new TreeMap<>(
          Map.of(
              "listeners/l", "{'Protocol':'http','Address':{'Address':'127.0.0.1:8080'}}",
              "backends/b/backend", "{'Type':'http'}",
              "backends/b/servers/s", "{'URL':'http://127.0.0.1:9'}",
              "frontends/f/frontend", "{'Type':'http','BackendId':'b','Route':'Path(`/a`)'}"));

  @Test
  void aGoodTreeIsAdvisedNothing() {
    assertThat(check().problems()).isEmpty();
    assertThat(check().advice()).isEmpty();
  }

  @Test
  void whatAGatewayWouldPassOverIsAnErrorForWhoWritesIt() {
    tree.put(
        "frontends/f/frontend",
        "{'Type':'http','BackendId':'b','Route':'Path(`/a`)','Listners':['private']}");

    assertThat(check().problems())
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.level()).isEqualTo(Problem.Level.ERROR);
              assertThat(problem.where()).contains("Listners");
            });
  }

  @Test
  void onlyWhatIsNewIsNewlyWrong() {
    tree.put("listeners/old", "{");
    TreeCheck before = check();
    tree.put("listeners/new", "{");

    assertThat(check().errorsBeyond(before))
        .singleElement()
        .satisfies(problem -> assertThat(problem.where()).startsWith("listeners/new"));
  }

  @Test
  void aRouteThatAnotherTakesFirstIsNamedWithTheOther() {
    frontend("g", "'Route':'Path(`/a`)'");
    assertThat(advice()).contains("frontends/g/frontend").contains("frontend f");

    frontend("g", "'Priority':9,'Route':'Path(`/a`)'");
    frontend("f", "'Route':'Path(`/a`) && Method(`GET`)'");
    assertThat(advice()).contains("frontends/f/frontend").contains("frontend g");
  }

  @Test
  void whatACatchAllOfHigherPriorityTakesIsNamed() {
    frontend("g", "'Priority':9,'Route':'Path(`/<path:all>`)'");
    assertThat(advice()).contains("frontends/f/frontend").contains("frontend g");

    frontend("g", "'Priority':9,'Listeners':['l','m'],'Route':'Path(`/<path:all>`)'");
    assertThat(advice()).doesNotContain("frontends/f/frontend");
    frontend("f", "'Listeners':['l'],'Route':'Path(`/a`)'");
    assertThat(advice()).contains("frontends/f/frontend").contains("frontend g");

    frontend("g", "'Listeners':['l'],'Route':'Path(`/<path:all>`)'");
    assertThat(advice()).doesNotContain("frontend g takes");
  }

  @Test
  void aRouteThatNoRequestCanMatchIsNamed() {
    frontend("g", "'Route':'Path(`/x`) && Path(`/y`)'");

    assertThat(advice()).contains("frontends/g/frontend Route");
  }

  @Test
  void frontendsWithoutAListenerAreNamed() {
    tree.remove("listeners/l");

    assertThat(advice()).contains("there is no listener");
  }

  @Test
  void theLastServerOfAFrontendDoesNotGoInSilence() {
    TreeCheck before = check();
    tree.put("backends/b/servers/s", "{'URL':'http://127.0.0.1:9','State':'draining'}");

    assertThat(check().lostSince(before))
        .singleElement()
        .satisfies(problem -> assertThat(problem.where()).isEqualTo("frontends/f"));
    assertThat(before.lostSince(check())).isEmpty();
  }

  private void frontend(String id, String more) {
    tree.put("frontends/" + id + "/frontend", "{'Type':'http','BackendId':'b'," + more + "}");
  }

  private TreeCheck check() {
    Map<String, String> json = new TreeMap<>();
    tree.forEach((key, value) -> json.put(key, value.replace('\'', '"')));
    return TreeCheck.of(json);
  }

  private String advice() {
    return String.join("\n", check().advice().stream().map(Problem::toString).toList());
  }
}
