package io.sluice.gateway.store;

import io.sluice.gateway.tls.PemContext;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a command shows to the gateways' admin APIs.
 *
 * @param token the value of {@code Authorization: Bearer}; empty for none
 * @param ca certificates to trust of those that speak TLS; null for the JDK's
 * @param cert our own certificate chain in PEM, with {@code key}; null for none
 */
public record AdminLogin(String token, @Nullable Path ca, @Nullable Path cert, @Nullable Path key) {

  /** Nothing at all. */
  public static final AdminLogin NONE = new AdminLogin("", null, null, null);

  /**
   * The first token of a file of lines {@code TOKEN read} or {@code TOKEN write}.
   *
   * @throws IOException when there is none
   */
  public static String firstToken(Path file) throws IOException {
    return Files.readAllLines(file).stream()
        .filter(line -> !line.isBlank() && !line.startsWith("#"))
        .map(line -> line.strip().split("\\s+", -1)[0])
        .findFirst()
        .orElseThrow(() -> new IOException(file + ": found no token"));
  }

  /** Whether only gateways that speak TLS may be told the token. */
  public boolean wantsTls() {
    return ca != null || cert != null;
  }

  /**
   * A client that shows the certificate.
   *
   * @throws IOException when a file cannot be read or has not what it should
   */
  public HttpClient client(Duration connectTimeout) throws IOException {
    HttpClient.Builder builder =
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(connectTimeout);
    if (wantsTls()) {
      builder.sslContext(PemContext.of(ca, cert, key));
    }
    return builder.build();
  }

  /** Without the token. */
  @Override
  public String toString() {
    return "AdminLogin[ca=" + ca + ", cert=" + cert + "]";
  }
}
