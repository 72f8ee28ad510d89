package io.sluice.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every way in which an exchange can go wrong is brought about by a test that names it. */
class ReasonTest {
  @Test
  void everyReasonIsNamedByATest() throws IOException {
    StringBuilder tests = new StringBuilder();
    try (Stream<Path> files = Files.walk(Path.of("src/test/java"))) {
      for (Path file : files.filter(each -> each.toString().endsWith(".java")).toList()) {
        tests.append(Files.readString(file));
      }
    }
    List<Reason> unnamed = new ArrayList<>();
    for (Reason reason : Reason.values()) {
      Pattern name = Pattern.compile("\\b(" + reason.name() + "|" + reason.label() + ")\\b");
      if (!name.matcher(tests).find()) {
        unnamed.add(reason);
      }
    }

    assertThat(unnamed).isEmpty();
  }
}
