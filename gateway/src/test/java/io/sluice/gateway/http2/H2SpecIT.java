package io.sluice.gateway.http2;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.testbed.Origin;
import io.sluice.gateway.testbed.TestGateway;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** h2spec 2.2.0, the conformance tests of RFC 7540 and RFC 7541, against a listener in clear. */
class H2SpecIT {
  private static final String ARCHIVE = "/h2spec/2.2.0/h2spec_linux_amd64.tar.gz";

  @TempDir private Path folder;

  @Test
  void conformsToTheSpecificationOfHttp2() throws Exception {
    try (Origin origin = Origin.named("origin");
        TestGateway gateway = TestGateway.onFolder()) {
      int port = gateway.listener("public");
      gateway.backend("b", origin).frontend("f", "b", "PathRegexp(`.*`)");
      gateway.awaitServing(port).awaitStatus(port, "/", 200);

      Process h2spec =
          new ProcessBuilder(
                  program().toString(),
                  "-h",
                  "127.0.0.1",
                  "-p",
                  Integer.toString(port),
                  "-o",
                  "3",
                  "-S")
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("report").toFile())
              .start();
      assertThat(h2spec.waitFor(5, TimeUnit.MINUTES)).isTrue();

      String report = Files.readString(folder.resolve("report"));
      Files.copy(
          folder.resolve("report"),
          Path.of("target", "h2spec.txt"),
          java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      assertThat(report).contains(" 0 failed");
      assertThat(h2spec.exitValue()).isZero();
    }
  }

  private Path program() throws IOException, InterruptedException {
    Path archive = folder.resolve("h2spec.tar.gz");
    try (InputStream in = H2SpecIT.class.getResourceAsStream(ARCHIVE)) {
      Files.copy(in, archive);
    }
    int unpacked =
        new ProcessBuilder("tar", "-xzf", archive.toString(), "-C", folder.toString())
            .inheritIO()
            .start()
            .waitFor();
    assertThat(unpacked).isZero();
    return folder.resolve("h2spec");
  }
}
