package io.sluice.gateway.exchange;

import io.netty.util.AsciiString;
import io.netty.util.NetUtil;
import io.sluice.gateway.tls.TlsSession;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Who is at the other end of a client's connection.
 *
 * @param address the connection's own, or what a trusted PROXY header says
 * @param port its port; 0 where a PROXY header came in between
 * @param text the address in digits
 * @param local where the connection arrived
 * @param tls null in clear
 */
public record Peer(
    InetAddress address,
    int port,
    AsciiString text,
    InetSocketAddress local,
    @Nullable TlsSession tls) {
  public static Peer of(InetSocketAddress remote, InetSocketAddress local) {
    InetAddress address = remote.getAddress();
    AsciiString text = AsciiString.of(NetUtil.toAddressString(address));
    return new Peer(address, remote.getPort(), text, local, null);
  }

  /** The same connection, made for somebody else. */
  public Peer standsFor(InetAddress client) {
    return new Peer(client, 0, AsciiString.of(NetUtil.toAddressString(client)), local, tls);
  }

  public Peer with(TlsSession session) {
    return new Peer(address, port, text, local, session);
  }
}
