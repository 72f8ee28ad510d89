package io.sluice.gateway.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class KindTest {
  @ParameterizedTest
  @EnumSource
  void anIdIsFoundInItsKeyAndInNoOtherKindsKey(Kind kind) {
    String id = kind.idShape().contains("/") ? "a.b/c-d" : "a.b";

    assertThat(kind.isId(id)).isTrue();
    assertThat(kind.findId(kind.key(id))).isEqualTo(id);
    for (Kind other : Kind.values()) {
      assertThat(other.findId(kind.key(id)) != null).isEqualTo(other == kind);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "SERVER,backends/b/servers/s",
    "MIDDLEWARE,frontends/b/middlewares/s",
    "HOST,hosts/b/host",
    "LISTENER,listeners/b",
  })
  void keysAreVulcands(Kind kind, String key) {
    assertThat(kind.key(kind.idShape().contains("/") ? "b/s" : "b")).isEqualTo(key);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/", "a/", "/a", "a/b/c", "backends//backend"})
  void nothingElseIsAnId(String id) {
    for (Kind kind : Kind.values()) {
      assertThat(kind.isId(id)).as("%s", kind).isFalse();
    }
  }

  @Test
  void aKindIsFoundAsPeopleCallIt() {
    for (Kind kind : Kind.values()) {
      assertThat(Kind.of(kind.toString())).isEqualTo(kind);
      assertThat(Kind.of((kind + "s").toUpperCase(Locale.ROOT))).isEqualTo(kind);
    }
    assertThat(Kind.of("fe")).isEqualTo(Kind.FRONTEND);
    assertThat(Kind.of("srv")).isEqualTo(Kind.SERVER);
    assertThatThrownBy(() -> Kind.of("x")).hasMessageContaining("expected one of");
  }
}
