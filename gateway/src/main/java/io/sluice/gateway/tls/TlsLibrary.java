package io.sluice.gateway.tls;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;

/** Which implementation of TLS this process uses: BoringSSL where it can be loaded. */
public final class TlsLibrary {
  static final SslProvider PROVIDER =
      OpenSsl.isAvailable() ? SslProvider.OPENSSL_REFCNT : SslProvider.JDK;

  private TlsLibrary() {}

  /** For the log. */
  public static String name() {
    return OpenSsl.isAvailable() ? OpenSsl.versionString() : "JDK";
  }
}
