package io.sluice.gateway.admin;

import java.net.InetAddress;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How the admin API is reached, and by whom.
 *
 * @param tokens who may do what
 * @param cert the API's own certificate chain in PEM, with {@code key}; null for no TLS
 * @param clientCa whose certificates let a client do everything; null for nobody's
 */
public record AdminAccess(
    AdminTokens tokens, @Nullable Path cert, @Nullable Path key, @Nullable Path clientCa) {

  /** In clear, for everybody: for an address that only this machine can reach. */
  public static AdminAccess open() {
    return new AdminAccess(AdminTokens.none(), null, null, null);
  }

  /** Whether it speaks TLS. */
  public boolean isSecure() {
    return cert != null;
  }

  /**
   * Whether only this machine reaches a host of {@code --admin}: one of the addresses of RFC 6890
   * section 2.2.2 and 2.2.3, or {@code localhost}. Any other name may mean anything.
   */
  public static boolean isLoopback(String host) {
    try {
      return InetAddress.ofLiteral(host).isLoopbackAddress();
    } catch (IllegalArgumentException name) {
      return host.equalsIgnoreCase("localhost");
    }
  }
}
