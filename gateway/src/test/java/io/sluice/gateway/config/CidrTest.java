package io.sluice.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CidrTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "10.0.0.0/4294967295",
        "10.0.0.0/-1",
        "10.0.0.0/33",
        "10.0.0.0/",
        "10.0.0.0/+8",
        "10.0.0.0/08",
        "10.0.0.0/8/8",
        "10.0.0.0/٨",
        "::/129",
        "::/4294967168",
        "x/8",
        "/8",
        "",
      })
  void aLengthThatIsNoneIsRefused(String text) {
    assertThatThrownBy(() -> Cidr.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aRangeHasExactlyTheAddressesWhoseFirstBitsAgree() throws Exception {
    Random random = new Random(19);
    for (int i = 0; i < 20_000; i++) {
      byte[] network = new byte[random.nextBoolean() ? 4 : 16];
      random.nextBytes(network);
      int bits = random.nextInt(network.length * 8 + 1);
      InetAddress base = InetAddress.getByAddress(network);
      Cidr range = Cidr.parse(base.getHostAddress() + "/" + bits);
      byte[] other = network.clone();
      int flipped = random.nextInt(network.length * 8);
      other[flipped / 8] ^= (byte) (0x80 >> flipped % 8);

      assertThat(range.contains(base)).isTrue();
      assertThat(range.contains(InetAddress.getByAddress(other))).isEqualTo(flipped >= bits);
    }
  }
}
