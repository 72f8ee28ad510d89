package io.sluice.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.interfaces.ECPrivateKey;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A self-signed certificate and its key, made by the JDK's keytool. */
public final class TestCertificate {
  private static final char[] PASSWORD = "testtest".toCharArray();
  private static final Base64.Encoder LINES =
      Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));

  private final KeyStore store;

  private TestCertificate(KeyStore store) {
    this.store = store;
  }

  /** One for these DNS names, the first of which is its subject. */
  public static TestCertificate of(String... names) {
    try {
      Path folder = TestFolder.make("certificate");
      Path file = folder.resolve("store.p12");
      List<String> alternatives = new ArrayList<>();
      for (String name : names) {
        boolean address = name.matches("[0-9.]+");
        alternatives.add((address ? "ip:" : "dns:") + name);
      }
      Process keytool =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                  "-genkeypair",
                  "-alias",
                  "test",
                  "-keyalg",
                  "EC",
                  "-groupname",
                  "secp256r1",
                  "-validity",
                  "30",
                  "-dname",
                  "CN=" + names[0].replace("*", "any"),
                  "-ext",
                  "san=" + String.join(",", alternatives),
                  "-ext",
                  "bc=ca:true",
                  "-storetype",
                  "PKCS12",
                  "-keystore",
                  file.toString(),
                  "-storepass",
                  new String(PASSWORD))
              .redirectErrorStream(true)
              .start();
      String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (keytool.waitFor() != 0) {
        throw new IllegalStateException("keytool: " + said);
      }
      KeyStore store = KeyStore.getInstance("PKCS12");
      try (InputStream in = Files.newInputStream(file)) {
        store.load(in, PASSWORD);
      }
      TestFolder.remove(folder);
      return new TestCertificate(store);
    } catch (IOException | GeneralSecurityException | InterruptedException failed) {
      throw new IllegalStateException(failed);
    }
  }

  /** The certificate as PEM. */
  public String certificate() {
    try {
      return pem("CERTIFICATE", store.getCertificate("test").getEncoded());
    } catch (GeneralSecurityException failed) {
      throw new IllegalStateException(failed);
    }
  }

  /** The private key as PEM, in PKCS #8. */
  public String privateKey() {
    try {
      return pem("PRIVATE KEY", store.getKey("test", PASSWORD).getEncoded());
    } catch (GeneralSecurityException failed) {
      throw new IllegalStateException(failed);
    }
  }

  /** The private key as PEM, in the form that openssl ecparam makes (RFC 5915). */
  public String ecPrivateKey() {
    try {
      ECPrivateKey key = (ECPrivateKey) store.getKey("test", PASSWORD);
      String number = "%064x".formatted(key.getS());
      String prime256v1 = "06082a8648ce3d030107";
      String der = "30310201010420" + number + "a00a" + prime256v1;
      return pem("EC PRIVATE KEY", HexFormat.of().parseHex(der));
    } catch (GeneralSecurityException failed) {
      throw new IllegalStateException(failed);
    }
  }

  /** A context for a program that shows this certificate, or none, and trusts the others. */
  public static SSLContext context(TestCertificate own, TestCertificate... trusted) {
    try {
      KeyStore trust = KeyStore.getInstance("PKCS12");
      trust.load(null, null);
      for (TestCertificate each : trusted) {
        Certificate certificate = each.store.getCertificate("test");
        trust.setCertificateEntry("c" + trust.size(), certificate);
      }
      TrustManagerFactory trusts =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trusts.init(trust);
      KeyManagerFactory keys =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(own == null ? null : own.store, PASSWORD);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), trusts.getTrustManagers(), null);
      return context;
    } catch (IOException | GeneralSecurityException failed) {
      throw new IllegalStateException(failed);
    }
  }

  private static String pem(String label, byte[] der) {
    return "-----BEGIN "
        + label
        + "-----\n"
        + LINES.encodeToString(der)
        + "\n-----END "
        + label
        + "-----\n";
  }
}
