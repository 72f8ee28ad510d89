package io.sluice.gateway.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Says to a server whose connection is passed on: HAProxy's PROXY protocol, the way out of what
 * {@link ProxyHeaderReader} reads.
 */
public final class ProxyHeaderWriter {
  /**
   * Both ends of a client's connection.
   *
   * @param client who sent it
   * @param local where it arrived
   */
  public record Ends(InetAddress client, int clientPort, InetAddress local, int localPort) {
    private boolean areOfOneFamily() {
      return client.getAddress().length == local.getAddress().length;
    }
  }

  private ProxyHeaderWriter() {}

  /**
   * A header of version 1 or 2.
   *
   * @param ends null for a connection of the gateway's own
   */
  public static ByteBuf header(int version, @Nullable Ends ends) {
    Ends known = ends != null && ends.areOfOneFamily() ? ends : null;
    return version == 1 ? text(known) : binary(known);
  }

  private static ByteBuf text(@Nullable Ends ends) {
    String line = "PROXY UNKNOWN\r\n";
    if (ends != null) {
      line =
          "PROXY "
              + (ends.client.getAddress().length == 4 ? "TCP4 " : "TCP6 ")
              + NetUtil.toAddressString(ends.client)
              + " "
              + NetUtil.toAddressString(ends.local)
              + " "
              + ends.clientPort
              + " "
              + ends.localPort
              + "\r\n";
    }
    return Unpooled.copiedBuffer(line, StandardCharsets.US_ASCII);
  }

  private static ByteBuf binary(@Nullable Ends ends) {
    ByteBuf header = Unpooled.buffer(64);
    header.writeBytes(ProxyHeaderReader.SIGNATURE);
    if (ends == null) {
      // LOCAL: the gateway speaks for itself.
      return header.writeByte(0x20).writeByte(0).writeShort(0);
    }
    byte[] client = ends.client.getAddress();
    byte[] local = ends.local.getAddress();
    header.writeByte(0x21).writeByte(client.length == 4 ? 0x11 : 0x21);
    header.writeShort(client.length + local.length + 4);
    header.writeBytes(client).writeBytes(local);
    return header.writeShort(ends.clientPort).writeShort(ends.localPort);
  }
}
