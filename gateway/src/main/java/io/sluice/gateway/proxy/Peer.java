package io.sluice.gateway.proxy;

import io.netty.util.AsciiString;
import io.sluice.gateway.tls.TlsSession;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * Who is at the other end of a client's connection.
 *
 * @param address the connection's own, or what a trusted PROXY header says
 * @param text the address in digits
 * @param tls null in clear
 */
record Peer(InetAddress address, AsciiString text, @Nullable TlsSession tls) {
  static Peer at(InetAddress address) {
    return new Peer(address, AsciiString.of(address.getHostAddress()), null);
  }

  Peer with(TlsSession session) {
    return new Peer(address, text, session);
  }
}
