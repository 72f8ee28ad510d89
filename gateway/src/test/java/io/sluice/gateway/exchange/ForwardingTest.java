package io.sluice.gateway.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.util.NetUtil;
import io.sluice.gateway.config.Config;
import io.sluice.gateway.config.ConfigReader;
import io.sluice.gateway.config.KeyTree;
import io.sluice.gateway.config.Listener;
import io.sluice.gateway.http.HeadLimits;
import io.sluice.gateway.http.RequestHead;
import io.sluice.gateway.http.RequestReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** However a trusted proxy writes an address, the client is that address. */
class ForwardingTest {
  private static final Listener LISTENER = listener();

  private static Listener listener() {
    KeyTree.Editor tree = KeyTree.EMPTY.edit();
    tree.put(
        "listeners/l",
        ("{\"Protocol\":\"http\",\"Address\":{\"Address\":\"127.0.0.1:1\"},"
                + "\"Settings\":{\"TrustedProxies\":[\"127.0.0.0/8\",\"198.51.100.0/24\"]}}")
            .getBytes(StandardCharsets.UTF_8));
    Config config = new ConfigReader().read(tree.done());
    return config.listeners().get("l");
  }

  private static RequestHead head(String hops) {
    RequestReader reader = new RequestReader(HeadLimits.REQUEST);
    String text = "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: " + hops + "\r\n\r\n";
    reader.read(Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.US_ASCII)));
    return reader.head();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "203.0.113.7 ; 203.0.113.7",
        "203.0.113.7:41234 ; 203.0.113.7",
        "2001:db8::7 ; 2001:db8::7",
        "[2001:db8::7] ; 2001:db8::7",
        "[2001:db8::7]:41234 ; 2001:db8::7",
        "2001:0DB8:0:0:0:0:0:7 ; 2001:db8::7",
        "::ffff:203.0.113.7 ; 203.0.113.7",
        "[::ffff:203.0.113.7]:80 ; 203.0.113.7",
        "203.0.113.9, 203.0.113.7:5 ; 203.0.113.7",
        "203.0.113.7:5, 198.51.100.1:6 ; 203.0.113.7",
        "203.0.113.7:port ; 127.0.0.1",
        "203.0.113.7: ; 127.0.0.1",
        "unknown ; 127.0.0.1",
      })
  void theClientIsTheAddressHoweverItIsWritten(String hops, String client) throws Exception {
    Peer peer =
        Peer.of(
            new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 9),
            new InetSocketAddress("127.0.0.1", 80));

    InetAddress found = Forwarding.client(head(hops), LISTENER, peer);

    assertThat(NetUtil.toAddressString(found)).isEqualTo(client);
  }
}
