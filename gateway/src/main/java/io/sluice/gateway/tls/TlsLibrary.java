package io.sluice.gateway.tls;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCounted;
import java.lang.ref.Cleaner;
import org.slf4j.LoggerFactory;

/** Which implementation of TLS this process uses: BoringSSL where it can be loaded. */
final class TlsLibrary {
  /** Loaded with the first certificate, since a gateway in clear starts sooner without it. */
  static final SslProvider PROVIDER = provider();

  /** Whether it can show clients the answers of OCSP responders. */
  static final boolean STAPLES =
      PROVIDER == SslProvider.OPENSSL_REFCNT && OpenSsl.isOcspSupported();

  private static final Cleaner CLEANER = Cleaner.create();

  private TlsLibrary() {}

  /** Frees a context of the library when its owner is not reachable any more. */
  static void freeWith(Object owner, SslContext context) {
    if (context instanceof ReferenceCounted counted) {
      CLEANER.register(owner, counted::release);
    }
  }

  private static SslProvider provider() {
    boolean boring = OpenSsl.isAvailable();
    LoggerFactory.getLogger(TlsLibrary.class)
        .info("TLS by {}", boring ? OpenSsl.versionString() : "the JDK");
    return boring ? SslProvider.OPENSSL_REFCNT : SslProvider.JDK;
  }
}
