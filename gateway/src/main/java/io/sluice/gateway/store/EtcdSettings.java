package io.sluice.gateway.store;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How to reach etcd.
 *
 * @param prefix the folder of the tree, such as {@code /vulcand}; a slash at its end makes no
 *     difference
 * @param user null for no authentication
 * @param passwordFile a file whose first line is the password
 * @param ca certificates to trust for https endpoints; null for the system's
 * @param cert the client's certificate chain in PEM, with {@code key}
 * @param watchdog how often the store is asked whether the watch has missed anything
 */
public record EtcdSettings(
    List<URI> endpoints,
    String prefix,
    @Nullable String user,
    @Nullable Path passwordFile,
    @Nullable Path ca,
    @Nullable Path cert,
    @Nullable Path key,
    Duration watchdog) {

  /**
   * The prefix with exactly one slash at its end, so that {@code /vulcand2} is never taken for a
   * part of {@code /vulcand}.
   */
  String folder() {
    String trimmed = prefix;
    while (trimmed.endsWith("/")) {
      trimmed = trimmed.substring(0, trimmed.length() - 1);
    }
    return trimmed + "/";
  }
}
