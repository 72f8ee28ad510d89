package io.sluice.gateway.config;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The certificate for a name: key {@code hosts/<name>/host}. The name is exact or {@code
 * *.example.com}, which stands for one more label.
 *
 * @param isDefault whether it answers for names that no host has, and for clients that send none
 * @param pair its certificate, written by the operator or got from the authority of {@code
 *     autoCert}; null where there is none
 * @param autoCert from whom the certificate is got; null where the operator writes it
 * @param directory whose certificate was got; null for none
 * @param ocsp how its issuer's word on it is got; null for not at all
 */
public record Host(
    String name,
    boolean isDefault,
    @Nullable PemPair pair,
    @Nullable AutoCert autoCert,
    @Nullable String directory,
    @Nullable Ocsp ocsp) {

  static Host read(String name, JsonRecord json) throws JsonRecord.BadValue {
    json.ignore("Name");
    json.ignore("Id");
    JsonRecord settings = json.object("Settings");
    final boolean isDefault = settings.bool("Default", false);
    PemPair pair = PemPair.read(settings);
    Ocsp ocsp = Ocsp.read(settings.object("OCSP"));
    AutoCert autoCert = null;
    if (pair != null) {
      settings.notActedOn("AutoCert", "the KeyPair alone");
    } else if (settings.has("AutoCert")) {
      autoCert = AutoCert.read(name, settings);
    }
    settings.close();
    json.close();
    return new Host(name.toLowerCase(Locale.ROOT), isDefault, pair, autoCert, null, ocsp);
  }

  /** The same with the certificate that was got for it, unless it has one of its own. */
  public Host with(@Nullable IssuedCertificate got) {
    return autoCert == null || got == null
        ? this
        : new Host(name, isDefault, got.pair(), autoCert, got.directory(), ocsp);
  }

  public boolean hasKeyPair() {
    return pair != null;
  }

  /** The chain, PEM, leaf first; empty where the host has no key pair. */
  public String certificate() {
    return pair == null ? "" : pair.certificate();
  }

  /** Its key, PEM; never logged nor returned. */
  public String privateKey() {
    return pair == null ? "" : pair.privateKey();
  }

  /** Without the key. */
  @Override
  public String toString() {
    return "Host[name=" + name + ", isDefault=" + isDefault + "]";
  }
}
