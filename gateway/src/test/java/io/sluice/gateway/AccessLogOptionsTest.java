package io.sluice.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.gateway.telemetry.AccessEntry;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class AccessLogOptionsTest {
  @Command(name = "test")
  private static final class Program {
    @Mixin private AccessLogOptions log = new AccessLogOptions();
  }

  private static Predicate<AccessEntry> kept(String... arguments) {
    Program program = new Program();
    new CommandLine(program).parseArgs(arguments);
    return program.log.settings().kept();
  }

  private static AccessEntry entry(int status, String reason) {
    return new AccessEntry(
        0,
        "c",
        "l",
        "web",
        "b",
        "e",
        "GET",
        "h",
        "/",
        status,
        0,
        0,
        0,
        0,
        1,
        reason,
        "id",
        "HTTP/1.1",
        "",
        "",
        "",
        "",
        "",
        "",
        1,
        java.util.List.of());
  }

  @Test
  void whatDidNotGoTheOrdinaryWayIsWrittenWhateverTheSampleIs() {
    Predicate<AccessEntry> kept = kept("--access-log-sample", "0");

    assertThat(kept.test(entry(200, ""))).isFalse();
    assertThat(kept.test(entry(404, ""))).isFalse();
    assertThat(kept.test(entry(500, ""))).isTrue();
    assertThat(kept.test(entry(429, "rate_limited"))).isTrue();
  }

  @Test
  void ofTheOthersTheSharePasses() {
    Predicate<AccessEntry> kept = kept("--access-log-sample", "0.25");
    int written = 0;
    for (int i = 0; i < 100_000; i++) {
      written += kept.test(entry(200, "")) ? 1 : 0;
    }
    assertThat(written).isBetween(23_000, 27_000);
  }

  @Test
  void aConditionHoldsForWhatIsSampledToo() {
    Predicate<AccessEntry> kept =
        kept("--access-log-where", "frontend == \"shop\"", "--access-log-sample", "0");

    assertThat(kept.test(entry(500, "no_endpoint"))).isFalse();
    assertThat(kept("--access-log-where", "frontend == \"web\"").test(entry(200, ""))).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "--access-log-where, stat == 1, 'the field \"stat\"'",
    "--access-log-sample, 1.5, 'found 1.5, expected 0 to 1'",
    "--access-log-sample, NaN, 'found NaN, expected 0 to 1'",
    "--access-log-format, {stat}, 'found {stat}'",
  })
  void whatCannotBeMeantIsRefused(String option, String value, String said) {
    assertThatThrownBy(() -> kept(option, value))
        .hasMessageContaining(option)
        .hasMessageContaining(said);
  }
}
