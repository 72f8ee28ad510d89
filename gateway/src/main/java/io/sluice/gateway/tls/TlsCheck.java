package io.sluice.gateway.tls;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;
import io.sluice.gateway.config.ListenerTls;
import io.sluice.gateway.config.Problem;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;

/**
 * Whether what an operator wrote about TLS works as it is written, before a client meets it.
 * Control thread only.
 */
final class TlsCheck {
  private TlsCheck() {}

  /**
   * Looks at the settings of a listener.
   *
   * @param where the record and field
   * @return whether the settings can be used
   */
  static boolean of(String where, ListenerTls settings, List<Problem> problems) {
    return suites(where, settings.versions().cipherSuites(), problems)
        && authorities(where, settings, problems);
  }

  /** Unknown ones are left out; where none is left, nothing works as it is written. */
  private static boolean suites(String where, List<String> wanted, List<Problem> problems) {
    List<String> unknown = new ArrayList<>(wanted);
    unknown.removeIf(TlsCheck::isKnown);
    if (unknown.isEmpty()) {
      return true;
    }
    boolean none = unknown.size() == wanted.size();
    String found = String.join(", ", unknown);
    String expected = "cipher suites by their IANA names, of those that this library knows";
    problems.add(
        none
            ? Problem.error(where + " CipherSuites", found, expected)
            : Problem.warning(where + " CipherSuites", found, expected));
    return !none;
  }

  private static boolean isKnown(String suite) {
    if (TlsLibrary.PROVIDER == SslProvider.OPENSSL_REFCNT) {
      return OpenSsl.isCipherSuiteAvailable(suite);
    }
    try {
      return List.of(SSLContext.getDefault().getSupportedSSLParameters().getCipherSuites())
          .contains(suite);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static boolean authorities(String where, ListenerTls settings, List<Problem> problems) {
    if (settings.clientAuth() == ListenerTls.ClientAuth.NONE) {
      return true;
    }
    try {
      if (!Pem.certificates(settings.clientAuthorities()).isEmpty()) {
        return true;
      }
    } catch (IllegalArgumentException unusable) {
      // The text says what is wrong, and may be a key that was put into the wrong field.
    }
    problems.add(
        Problem.error(
            where + " ClientCAs",
            "a text of " + settings.clientAuthorities().length() + " characters that is no PEM",
            "the certificates of those who sign the clients', as PEM"));
    return false;
  }
}
