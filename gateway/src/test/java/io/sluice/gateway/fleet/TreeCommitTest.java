package io.sluice.gateway.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.fleet.TreeChanges.TreeChange;
import io.sluice.gateway.store.EtcdStore;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TreeCommitTest {
  @Test
  void whatIsReferredToIsThereBeforeAndGoneAfter() {
    List<TreeChange> changes =
        List.of(
            change("backends/old/backend", null),
            change("backends/old/servers/s", null),
            change("frontends/old/frontend", null),
            change("frontends/old/middlewares/m", null),
            change("frontends/new/frontend", "{}"),
            change("frontends/new/middlewares/m", "{}"),
            change("backends/new/servers/s", "{}"),
            change("backends/new/backend", "{}"));

    assertThat(TreeCommit.parts(changes))
        .singleElement()
        .extracting(part -> part.stream().map(EtcdStore.Change::key).toList())
        .isEqualTo(
            List.of(
                "backends/new/backend",
                "backends/new/servers/s",
                "frontends/new/middlewares/m",
                "frontends/new/frontend",
                "frontends/old/frontend",
                "frontends/old/middlewares/m",
                "backends/old/servers/s",
                "backends/old/backend"));
  }

  @Test
  void noTransactionHasMoreThanEtcdTakes() {
    List<TreeChange> changes = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      changes.add(change("backends/b" + i + "/backend", "{}"));
    }
    for (int i = 0; i < 5; i++) {
      changes.add(change("frontends/large" + i + "/frontend", "x".repeat(400_000)));
    }

    List<List<EtcdStore.Change>> parts = TreeCommit.parts(changes);

    assertThat(parts.stream().mapToInt(List::size).sum()).isEqualTo(1_005);
    assertThat(parts)
        .allSatisfy(
            part -> {
              assertThat(part).hasSizeLessThanOrEqualTo(128);
              assertThat(
                      part.stream()
                          .mapToInt(each -> each.value() == null ? 0 : each.value().length())
                          .sum())
                  .isLessThan(1_500_000);
            });
  }

  private static TreeChange change(String key, @Nullable String after) {
    return new TreeChange(key, after == null ? "{}" : null, after, 0, 0);
  }
}
