package io.sluice.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.config.Cidr;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a record names, nothing is asked that only the gateway's machine may reach. */
class ForbiddenAddressesTest {
  private static final List<Cidr> DEFAULT =
      Arrays.stream(ForbiddenAddresses.METADATA.split(",", -1)).map(Cidr::parse).toList();

  private final ForbiddenAddresses forbidden = new ForbiddenAddresses(DEFAULT);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "169.254.169.254",
        "169.254.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "fe80::1",
        "fd00:ec2::254",
        "168.63.129.16",
        "100.100.100.200",
        "192.0.0.192",
      })
  void whereCloudsTellTheirMachinesOfThemselvesNobodyIsAsked(String address) throws Exception {
    assertThat(forbidden.contains(InetAddress.getByName(address), 80)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"10.0.0.1", "127.0.0.1", "fd00:ec2::253", "64:ff9b::a00:1", "192.0.0.191"})
  void otherAddressesAreServers(String address) throws Exception {
    assertThat(forbidden.contains(InetAddress.getByName(address), 80)).isFalse();
  }

  @Test
  void theAdminApiIsNoServerUnderAnyOfItsNames() throws Exception {
    forbidden.adminIsAt(new InetSocketAddress("127.0.0.1", 8182));
    for (String own : List.of("127.0.0.1", "127.9.9.9", "0.0.0.0", "::1", "::")) {
      assertThat(forbidden.contains(InetAddress.getByName(own), 8182)).as(own).isTrue();
      assertThat(forbidden.contains(InetAddress.getByName(own), 8183)).as(own).isFalse();
    }
  }

  @Test
  void aRangeOfIpv6HoldsForWhatATranslatorLooksThroughToo() throws Exception {
    ForbiddenAddresses translated = new ForbiddenAddresses(List.of(Cidr.parse("64:ff9b::/96")));
    assertThat(translated.contains(InetAddress.getByName("64:ff9b::a00:1"), 80)).isTrue();
  }
}
