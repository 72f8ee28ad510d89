package io.sluice.gtin;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.SourceFormat;
import io.sluice.testkit.Top;
import org.junit.jupiter.api.Test;

class FormatTest {
  @Test
  void sourcesAreFormatted() {
    assertThat(SourceFormat.unformatted(Top.path("gtin-service", "src"))).isEmpty();
  }
}
