package io.sluice.gateway.config;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * A range of addresses (RFC 4632), such as {@code 10.0.0.0/8} or {@code 2001:db8::/32}; a single
 * address is a range of one. An IPv4 address that is written in IPv6 (RFC 4291 section 2.5.5.2)
 * counts as IPv4.
 *
 * @param text as it was written
 */
public record Cidr(String text, List<Byte> network, int bits) {
  /** The ranges of a list of texts. */
  static List<Cidr> read(JsonRecord json, String name) throws JsonRecord.BadValue {
    List<Cidr> ranges = new ArrayList<>();
    for (String text : json.strings(name)) {
      try {
        ranges.add(parse(text));
      } catch (IllegalArgumentException notOne) {
        throw json.bad(name, "\"" + text + "\"", "addresses such as 10.0.0.0/8 or 2001:db8::1");
      }
    }
    return List.copyOf(ranges);
  }

  /**
   * Reads one.
   *
   * @throws IllegalArgumentException when it is none
   */
  public static Cidr parse(String text) {
    int slash = text.indexOf('/');
    byte[] address =
        NetUtil.createByteArrayFromIpAddressString(slash < 0 ? text : text.substring(0, slash));
    if (address == null) {
      throw new IllegalArgumentException(text);
    }
    int most = address.length * 8;
    int bits = slash < 0 ? most : prefixLength(text.substring(slash + 1));
    if (bits > most) {
      throw new IllegalArgumentException(text);
    }
    List<Byte> network = new ArrayList<>();
    for (byte b : address) {
      network.add(b);
    }
    return new Cidr(text, List.copyOf(network), bits);
  }

  private static int prefixLength(String text) {
    if (!text.matches("0|[1-9][0-9]{0,2}")) {
      throw new IllegalArgumentException(text);
    }
    return Integer.parseInt(text);
  }

  public boolean contains(InetAddress address) {
    byte[] bytes = address.getAddress();
    if (bytes.length != network.size()) {
      return false;
    }
    int left = bits;
    for (int i = 0; left > 0; i++, left -= 8) {
      int mask = left >= 8 ? 0xff : 0xff << (8 - left);
      if (((bytes[i] ^ network.get(i)) & mask & 0xff) != 0) {
        return false;
      }
    }
    return true;
  }
}
