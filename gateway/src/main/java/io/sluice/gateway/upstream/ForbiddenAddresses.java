package io.sluice.gateway.upstream;

import io.sluice.gateway.config.Cidr;
import io.sluice.gateway.memory.Bounded;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where this gateway connects to no server, whatever is written: whoever may write routes could
 * otherwise read what only the gateway can reach, such as a cloud's metadata or the gateway's own
 * admin API. What counts is the address that a name was resolved to. Any thread.
 */
public final class ForbiddenAddresses {
  /**
   * Link-local addresses, where clouds keep their metadata (RFC 3927, RFC 4291 section 2.5.6), and
   * where Amazon (IPv6), Azure, Alibaba and Oracle keep theirs beside.
   */
  public static final String METADATA =
      "169.254.0.0/16,fe80::/10,fd00:ec2::254,168.63.129.16,100.100.100.200,192.0.0.192";

  private static final Cidr NAT64 = Cidr.parse("64:ff9b::/96");

  @Bounded("by the option that it is made of")
  private final List<Cidr> ranges;

  private volatile @Nullable InetSocketAddress admin;

  public ForbiddenAddresses(List<Cidr> ranges) {
    this.ranges = List.copyOf(ranges);
  }

  /** Where the admin API listens. */
  public void adminIsAt(InetSocketAddress address) {
    admin = address;
  }

  /** Whether no connection may be made to this port of this address. */
  public boolean contains(InetAddress named, int port) {
    InetAddress address = behindNat64(named);
    for (Cidr range : ranges) {
      if (range.contains(named) || range.contains(address)) {
        return true;
      }
    }
    InetSocketAddress own = admin;
    return own != null && own.getPort() == port && leadsTo(own.getAddress(), address);
  }

  /** The IPv4 address that a translator in the network makes of 64:ff9b::/96 (RFC 6052). */
  private static InetAddress behindNat64(InetAddress address) {
    byte[] bytes = address.getAddress();
    if (!NAT64.contains(address)) {
      return address;
    }
    try {
      return InetAddress.getByAddress(Arrays.copyOfRange(bytes, 12, 16));
    } catch (UnknownHostException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** Whether a connection to an address arrives at one that is listened on. */
  private static boolean leadsTo(@Nullable InetAddress listening, InetAddress address) {
    if (address.equals(listening)) {
      return true;
    }
    // 0.0.0.0 is connected to as this machine, and so is all of 127.0.0.0/8.
    boolean here = address.isAnyLocalAddress() || address.isLoopbackAddress();
    if (listening == null || listening.isLoopbackAddress()) {
      return here;
    }
    return listening.isAnyLocalAddress() && (here || isOfThisMachine(address));
  }

  private static boolean isOfThisMachine(InetAddress address) {
    try {
      return NetworkInterface.getByInetAddress(address) != null;
    } catch (SocketException unknown) {
      return true;
    }
  }
}
