package io.sluice.gateway.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.gateway.admin.AdminTokens.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdminTokensTest {
  private static final String READER = "reader-0123456789";
  private static final String WRITER = "writer-0123456789";

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "Bearer reader-0123456789, READ",
    "bearer reader-0123456789, READ",
    "Bearer writer-0123456789, WRITE",
    "Bearer  writer-0123456789, WRITE",
    "writer-0123456789, NONE",
    "Basic writer-0123456789, NONE",
    "Bearer writer-012345678, NONE",
    "Bearer writer-01234567890, NONE",
    "Bearer WRITER-0123456789, NONE",
    "Bearer, NONE",
    "'', NONE",
  })
  void whoShowsAWholeTokenHasItsRole(String shown, Role role) throws IOException {
    assertThat(read(READER + " read\n# of the pipeline\n\n " + WRITER + "\tWRITE \n").role(shown))
        .isEqualTo(role);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "# nothing\n",
        "short read",
        "reader-0123456789",
        "reader-0123456789 admin",
        "reader-0123456789 read write"
      })
  void aFileThatGrantsNothingOrSaysItOtherwiseIsRefused(String text) {
    assertThatThrownBy(() -> read(text)).hasMessageContaining("TOKEN read or TOKEN write");
  }

  @Test
  void noErrorShowsAToken() {
    assertThatThrownBy(() -> read(WRITER + " owner"))
        .hasMessageContaining("line 1")
        .message()
        .doesNotContain(WRITER);
  }

  @Test
  void whoHasNoFileMayDoAllOrNothing() {
    assertThat(AdminTokens.none().role("")).isEqualTo(Role.WRITE);
    assertThat(AdminTokens.nobody().role("Bearer ")).isEqualTo(Role.NONE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost",
        "LocalHost",
        "127.0.0.1",
        "127.9.9.9",
        "::1",
        "[::1]",
        "0:0:0:0:0:0:0:1"
      })
  void onlyThisMachineReachesThese(String host) {
    assertThat(AdminAccess.isLoopback(host)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "0.0.0.0",
        "::",
        "[::]",
        "10.0.0.1",
        "127.example.org",
        "127.0.0.1.example.org",
        "localhost.example.org",
        "128.0.0.1",
        "fe80::1"
      })
  void othersMayReachThese(String host) {
    assertThat(AdminAccess.isLoopback(host)).isFalse();
  }

  private AdminTokens read(String text) throws IOException {
    return AdminTokens.read(Files.writeString(folder.resolve("tokens"), text));
  }
}
