package io.sluice.gateway.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslHandler;
import javax.net.ssl.SSLException;

/** What a client of a listener over TLS is shown in the handshake. */
sealed interface Credential permits ServerIdentity, ProofCertificate {
  /**
   * The handler for one connection.
   *
   * @throws SSLException when it cannot be used
   */
  SslHandler handler(ByteBufAllocator allocator, long handshakeMillis) throws SSLException;
}
