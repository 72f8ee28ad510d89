package io.sluice.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;

/** A real authority of Let's Encrypt's makers for tests, to which every name leads to loopback. */
public final class Pebble implements AutoCloseable {

  private final Path directory = TestFolder.make("pebble");
  private final int port = FreePort.next();
  private final Program names;
  private final Program authority;

  private Pebble(int httpPort, int tlsPort, Duration life) {
    int namesPort = FreePort.next();
    TestCertificate own = TestCertificate.of("localhost", "127.0.0.1");
    try {
      Files.writeString(trust(), own.certificate());
      Files.writeString(directory.resolve("key.pem"), own.privateKey());
      Files.writeString(
          directory.resolve("config.json"),
          """
          {"pebble": {
            "listenAddress": "127.0.0.1:%d", "managementListenAddress": "",
            "certificate": "%s", "privateKey": "%s",
            "httpPort": %d, "tlsPort": %d, "certificateValidityPeriod": %d}}
          """
              .formatted(
                  port,
                  trust(),
                  directory.resolve("key.pem"),
                  httpPort,
                  tlsPort,
                  life.toSeconds()));
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    names =
        Program.start(
            directory.resolve("names.log"),
            List.of(
                Installed.program("pebble-challtestsrv", "pebble"),
                "-dns01",
                "127.0.0.1:" + namesPort,
                "-defaultIPv6",
                "",
                "-http01",
                "",
                "-https01",
                "",
                "-tlsalpn01",
                "",
                "-management",
                "127.0.0.1:" + FreePort.next()));
    authority =
        Program.start(
            directory.resolve("log"),
            List.of(
                "env",
                "PEBBLE_VA_NOSLEEP=1",
                Installed.program("pebble", "pebble"),
                "-config",
                directory.resolve("config.json").toString(),
                "-dnsserver",
                "127.0.0.1:" + namesPort));
    Awaitility.await().atMost(Patience.TIME).until(() -> FreePort.isTaken(port));
  }

  /**
   * Starts one.
   *
   * @param httpPort where it asks for proofs
   * @param tlsPort where it looks at proofs
   * @param life of the certificates that it issues
   */
  public static Pebble start(int httpPort, int tlsPort, Duration life) {
    return new Pebble(httpPort, tlsPort, life);
  }

  /** Where it describes itself. */
  public String url() {
    return "https://127.0.0.1:" + port + "/dir";
  }

  /** What vouches for its own address, PEM. */
  public Path trust() {
    return directory.resolve("cert.pem");
  }

  /** Everything it has said so far. */
  public String log() {
    return authority.printed();
  }

  @Override
  public void close() {
    authority.close();
    names.close();
    TestFolder.remove(directory);
  }
}
