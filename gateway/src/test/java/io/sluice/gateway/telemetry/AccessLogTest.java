package io.sluice.gateway.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.gateway.memory.SharedBudget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccessLogTest {
  @TempDir private Path folder;

  @Test
  void everyEntryIsOneLineOfJsonWhateverIsInIt() throws IOException {
    Path file = folder.resolve("access.log");
    try (AccessLog log =
        AccessLog.open(LogSettings.to(file.toString()), new SharedBudget(1 << 24))) {
      log.write(entry("/a\"b\\c\r\n\u001b\u00e9"));
      log.write(entry("/plain"));
    }

    assertThat(Files.readAllLines(file))
        .hasSize(2)
        .first()
        .asString()
        .startsWith("{\"time\":\"1970-01-01T00:00:01Z\",\"client\":\"10.0.0.1\"")
        .contains("\"path\":\"/a\\\"b\\\\c\\u000d\\u000a\\u001b\\u00e9\"")
        .contains("\"duration_ms\":1234.567,\"upstream_ms\":0.005")
        .endsWith(
            "\"reason\":\"\",\"request_id\":\"id-1\",\"protocol\":\"HTTP/1.1\",\"user_agent\":\"curl\",\"referer\":\"\",\"tls\":\"\",\"user\":\"\",\"stage\":\"\",\"trace_id\":\"0af7\",\"revision\":7,\"tries\":[{\"endpoint\":\"e:0\",\"reason\":\"connect_failed\",\"ms\":2.000},{\"endpoint\":\"e:1\",\"reason\":\"\",\"ms\":0.005}]}");
  }

  /** As logrotate leaves it: moved away, deleted, and both again. */
  @Test
  void afterTheFileWasMovedOrDeletedEveryLaterLineIsAtItsPath() throws IOException {
    Path file = folder.resolve("access.log");
    try (AccessLog log =
        AccessLog.open(LogSettings.to(file.toString()), new SharedBudget(1 << 24))) {
      log.write(entry("/1"));
      Awaitility.await().until(() -> lines(file) == 1);
      Files.move(file, folder.resolve("access.log.1"));
      log.write(entry("/2"));
      Awaitility.await().until(() -> lines(file) == 1);
      Files.delete(file);
      log.write(entry("/3"));
      Awaitility.await().until(() -> lines(file) == 1);
      log.write(entry("/4"));
      Awaitility.await().until(() -> lines(file) == 2);
      assertThat(Files.readString(file)).contains("/3", "/4").doesNotContain("/2");
      assertThat(lines(folder.resolve("access.log.1"))).isEqualTo(1);
      assertThat(log.dropped()).isZero();
    }
  }

  private static long lines(Path file) throws IOException {
    return Files.exists(file) ? Files.readAllLines(file).size() : 0;
  }

  @Test
  void aFullRingRefusesAndNothingIsLostOrTwice() throws InterruptedException {
    Ring<Integer> ring = new Ring<>(4);
    assertThat(List.of(ring.offer(1), ring.offer(2), ring.offer(3), ring.offer(4), ring.offer(5)))
        .containsExactly(true, true, true, true, false);
    assertThat(ring.poll()).isEqualTo(1);
    assertThat(ring.offer(6)).isTrue();

    List<Integer> polled = new ArrayList<>();
    for (Integer next = ring.poll(); next != null; next = ring.poll()) {
      polled.add(next);
    }
    assertThat(polled).containsExactly(2, 3, 4, 6);
  }

  @Test
  void manyWritersAndOneReaderAgree() throws InterruptedException {
    Ring<Integer> ring = new Ring<>(1 << 16);
    CountDownLatch done = new CountDownLatch(4);
    for (int writer = 0; writer < 4; writer++) {
      int base = writer * 10_000;
      Thread.ofPlatform()
          .start(
              () -> {
                for (int i = 0; i < 10_000; i++) {
                  ring.offer(base + i);
                }
                done.countDown();
              });
    }
    done.await();

    List<Integer> polled = new ArrayList<>();
    for (Integer next = ring.poll(); next != null; next = ring.poll()) {
      polled.add(next);
    }
    assertThat(polled).hasSize(40_000).doesNotHaveDuplicates();
  }

  /** However much strangers have made it keep before. */
  @Test
  void theLastLinesAreFoundAfterAFloodOfLongOnes() throws IOException {
    Path file = folder.resolve("access.log");
    SharedBudget budget = new SharedBudget(1 << 22);
    try (AccessLog log =
        AccessLog.open(
            new LogSettings(file.toString(), LogFormat.of("{path}"), each -> true), budget)) {
      for (int i = 0; i < 4_000; i++) {
        write(log, entry("/" + "x".repeat(1_990), "long-" + i));
      }
      assertThat(log.find("long-0")).isNull();
      for (int i = 0; i < 4_100; i++) {
        write(log, entry("/" + "y".repeat(300), "later-" + i));
      }
      Awaitility.await().until(() -> log.find("later-4099") != null);
      assertThat(log.find("later-3600")).contains("\"request_id\":\"later-3600\"");
      assertThat(log.find("long-3999")).isNull();
      assertThat(log.dropped()).isZero();
      assertThat(budget.used()).isLessThan(budget.most());
    }
  }

  /** As soon as the writer keeps up. */
  private static void write(AccessLog log, AccessEntry entry) {
    log.write(entry);
    if (entry.requestId().endsWith("00")) {
      Awaitility.await().pollInterval(Duration.ofMillis(1)).until(log::isIdle);
    }
  }

  private static AccessEntry entry(String path) {
    return entry(path, "id-1");
  }

  private static AccessEntry entry(String path, String id) {
    return new AccessEntry(
        1_000,
        "10.0.0.1",
        "l",
        "f",
        "b",
        "e:1",
        "GET",
        "h",
        path,
        200,
        0,
        7,
        1_234_567_890L,
        5_000,
        1,
        "",
        id,
        "HTTP/1.1",
        "curl",
        "",
        "",
        "",
        "",
        "0af7",
        7,
        List.of(new AccessEntry.Try("e:0", "connect_failed", 2_000_000)));
  }

  private static String written(String format, String path) {
    StringBuilder line = new StringBuilder();
    LogFormat.of(format).append(entry(path), line);
    return line.toString();
  }

  @Test
  void commonAndCombinedAreThoseOfOtherServers() {
    assertThat(written("common", "/a"))
        .isEqualTo("10.0.0.1 - - [01/Jan/1970:00:00:01 +0000] \"GET /a HTTP/1.1\" 200 7\n");
    assertThat(written("combined", "/a")).endsWith("\"GET /a HTTP/1.1\" 200 7 \"-\" \"curl\"\n");
  }

  @Test
  void aTemplateHasTheFieldsOfTheJsonLineAndNoOthers() {
    assertThat(written("{status}|{reason}|{request_id} {duration_ms}", "/a"))
        .isEqualTo("200|-|id-1 1234.568\n");
    for (String unknown : new String[] {"{stat}", "{status", "text"}) {
      assertThatThrownBy(() -> LogFormat.of(unknown)).hasMessageContaining("request_id");
    }
  }

  @Test
  void nobodyForgesALineOfText() {
    assertThat(written("common", "/a\"\n10.0.0.2 - \\ \u001b"))
        .hasLineCount(1)
        .contains("/a\\x22\\x0A10.0.0.2 - \\x5C \\x1B HTTP/1.1\"");
  }
}
