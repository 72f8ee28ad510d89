package io.sluice.gtin.registration;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.ClientBuilder;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where etcd is and as whom it is asked.
 *
 * @param user null for no password
 * @param passwordFile a file whose first line is the user's password
 * @param ca certificates to trust for https endpoints; null for the system's
 * @param cert the client's certificate chain in PEM, with {@code key}; its common name is the user
 *     where the store asks for certificates
 */
public record EtcdAccess(
    List<URI> endpoints,
    @Nullable String user,
    @Nullable Path passwordFile,
    @Nullable Path ca,
    @Nullable Path cert,
    @Nullable Path key) {

  /**
   * A client, which connects when it is first asked.
   *
   * @throws IOException when a password or certificate file cannot be read
   */
  Client client(Duration connectTimeout) throws IOException {
    ClientBuilder builder =
        Client.builder().endpoints(endpoints).waitForReady(false).connectTimeout(connectTimeout);
    if (user != null && passwordFile != null) {
      String password = Files.readString(passwordFile).lines().findFirst().orElse("");
      builder.user(bytes(user)).password(bytes(password));
    }
    if (endpoints.stream().map(URI::getScheme).anyMatch("https"::equals)) {
      try {
        builder.sslContext(
            context -> {
              if (ca != null) {
                context.trustManager(ca.toFile());
              }
              if (cert != null && key != null) {
                context.keyManager(cert.toFile(), key.toFile());
              }
            });
      } catch (IllegalArgumentException unusable) {
        throw new IOException("etcd: " + unusable.getMessage(), unusable);
      }
    }
    return builder.build();
  }

  private static ByteSequence bytes(String text) {
    return ByteSequence.from(text, StandardCharsets.UTF_8);
  }
}
