package io.sluice.gateway.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.testkit.TestCertificate;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.interfaces.RSAPrivateKey;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PemTest {
  private static final TestCertificate PAIR = TestCertificate.of("a.example");

  @Test
  void aKeyOnACurveIsTheSameInBothForms() {
    var leaf = Pem.certificates(PAIR.certificate()).getFirst();

    assertThatCode(() -> KeyCheck.match(leaf, Pem.pkcs8(PAIR.privateKey())))
        .doesNotThrowAnyException();
    assertThatCode(() -> KeyCheck.match(leaf, Pem.pkcs8(PAIR.ecPrivateKey())))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(ints = {1024, 2048, 4096})
  void anRsaKeyOfEverySizeIsWrapped(int bits) throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(bits);
    RSAPrivateKey key = (RSAPrivateKey) generator.generateKeyPair().getPrivate();
    // The version, the algorithm and the head of the octets are 26 bytes at these sizes.
    byte[] pkcs1 = java.util.Arrays.copyOfRange(key.getEncoded(), 26, key.getEncoded().length);

    assertThat(decoded(Pem.pkcs8(pem("RSA PRIVATE KEY", pkcs1)))).isEqualTo(key.getEncoded());
  }

  @Test
  void otherBlocksMayStandBesideWhatIsAskedFor() {
    String both = "a word of its maker\r\n" + PAIR.certificate() + PAIR.privateKey();

    assertThat(decoded(Pem.pkcs8(both))).isEqualTo(decoded(PAIR.privateKey()));
    assertThat(Pem.certificates(both + PAIR.certificate().replace("\n", "\r\n"))).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-----BEGIN PRIVATE KEY-----",
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----",
        "-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----",
        "-----BEGIN EC PRIVATE KEY-----\nMIX/////\n-----END EC PRIVATE KEY-----",
        "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
      })
  void whatIsNoKeyIsSaidWithoutShowingIt(String text) {
    assertThatThrownBy(() -> Pem.pkcs8(text))
        .isInstanceOf(IllegalArgumentException.class)
        .message()
        .doesNotContain("AAAA");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "none", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"})
  void whatIsNoCertificateIsSaid(String text) {
    assertThatThrownBy(() -> Pem.certificates(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aKeyOfAnotherCertificateIsNoMatch() {
    var leaf = Pem.certificates(PAIR.certificate()).getFirst();
    String other = Pem.pkcs8(TestCertificate.of("b.example").privateKey());

    assertThatThrownBy(() -> KeyCheck.match(leaf, other)).hasMessageContaining("another");
  }

  private static byte[] decoded(String pem) {
    return Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
  }

  private static String pem(String label, byte[] der) {
    String text = Base64.getMimeEncoder().encodeToString(der);
    return "-----BEGIN " + label + "-----\n" + text + "\n-----END " + label + "-----\n";
  }
}
