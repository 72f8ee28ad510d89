package io.sluice.gateway.tls;

import io.netty.util.AsciiString;
import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.util.Base64;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a client's connection once its TLS handshake is done.
 *
 * @param identity the certificate that it was shown
 * @param clientCertificate the client's own, as RFC 9440 section 2.1 writes it; null for none
 * @param http2 whether the client chose HTTP/2
 * @param version as the JDK names it, such as {@code TLSv1.3}
 */
public record TlsSession(
    ServerIdentity identity,
    @Nullable AsciiString clientCertificate,
    boolean http2,
    String version) {

  static TlsSession of(ServerIdentity identity, SSLSession session, boolean http2) {
    return new TlsSession(identity, certificate(session), http2, session.getProtocol());
  }

  private static @Nullable AsciiString certificate(SSLSession session) {
    try {
      Certificate[] chain = session.getPeerCertificates();
      String der = Base64.getEncoder().encodeToString(chain[0].getEncoded());
      return AsciiString.of(":" + der + ":");
    } catch (SSLPeerUnverifiedException none) {
      return null;
    } catch (CertificateEncodingException unreadable) {
      throw new IllegalStateException("a verified certificate that cannot be encoded", unreadable);
    }
  }
}
