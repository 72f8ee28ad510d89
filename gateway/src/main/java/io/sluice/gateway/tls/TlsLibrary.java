package io.sluice.gateway.tls;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCounted;
import java.lang.ref.Cleaner;

/** Which implementation of TLS this process uses: BoringSSL where it can be loaded. */
public final class TlsLibrary {
  static final SslProvider PROVIDER =
      OpenSsl.isAvailable() ? SslProvider.OPENSSL_REFCNT : SslProvider.JDK;

  private static final Cleaner CLEANER = Cleaner.create();

  private TlsLibrary() {}

  /** Frees a context of the library when its owner is not reachable any more. */
  static void freeWith(Object owner, SslContext context) {
    if (context instanceof ReferenceCounted counted) {
      CLEANER.register(owner, counted::release);
    }
  }

  /** For the log. */
  public static String name() {
    return OpenSsl.isAvailable() ? OpenSsl.versionString() : "JDK";
  }
}
