package io.sluice.gateway.tls;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.sluice.gateway.config.AcmeProof;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * What an authority looks at that asks for the proof of a name in a handshake: a certificate with
 * the name and a digest of what it has said, under a protocol that nobody else speaks (RFC 8737
 * section 3). Made on the control thread; no request ever comes over such a connection.
 */
final class ProofCertificate implements Credential {
  private static final String PROTOCOL = "acme-tls/1";
  private static final ASN1ObjectIdentifier ACME_IDENTIFIER =
      new ASN1ObjectIdentifier("1.3.6.1.5.5.7.1.31");
  private static final int VERSION_AND_RANDOM_BYTES = 34;
  private static final int ALPN = 16;
  private static final Duration LIFE = Duration.ofDays(1);

  private final AcmeProof proof;
  private final SslContext context;

  private ProofCertificate(AcmeProof proof, SslContext context) {
    this.proof = proof;
    this.context = context;
    TlsLibrary.freeWith(this, context);
  }

  /**
   * Makes one.
   *
   * @throws IllegalArgumentException when its name cannot stand in a certificate
   */
  static ProofCertificate of(AcmeProof proof) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      KeyPair keys = generator.generateKeyPair();
      SslContext context =
          SslContextBuilder.forServer(keys.getPrivate(), certificate(proof, keys))
              .sslProvider(TlsLibrary.PROVIDER)
              .protocols("TLSv1.2", "TLSv1.3")
              .applicationProtocolConfig(
                  new ApplicationProtocolConfig(
                      ApplicationProtocolConfig.Protocol.ALPN,
                      ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                      ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                      PROTOCOL))
              .build();
      return new ProofCertificate(proof, context);
    } catch (GeneralSecurityException | IOException | OperatorCreationException unusable) {
      throw new IllegalArgumentException("a proof for " + proof.name(), unusable);
    }
  }

  private static X509Certificate certificate(AcmeProof proof, KeyPair keys)
      throws GeneralSecurityException, IOException, OperatorCreationException {
    byte[] digest =
        MessageDigest.getInstance("SHA-256")
            .digest(proof.authorization().getBytes(StandardCharsets.US_ASCII));
    X500Name self = new X500Name("CN=acme");
    Instant now = Instant.now();
    var builder =
        new JcaX509v3CertificateBuilder(
            self,
            BigInteger.valueOf(now.toEpochMilli()),
            Date.from(now.minus(LIFE)),
            Date.from(now.plus(LIFE)),
            self,
            keys.getPublic());
    builder.addExtension(
        Extension.subjectAlternativeName,
        false,
        new GeneralNames(new GeneralName(GeneralName.dNSName, proof.name())));
    builder.addExtension(ACME_IDENTIFIER, true, new DEROctetString(digest));
    return new JcaX509CertificateConverter()
        .getCertificate(
            builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
  }

  boolean isOf(AcmeProof written) {
    return proof.equals(written);
  }

  @Override
  public SslHandler handler(ByteBufAllocator allocator, long handshakeMillis) throws SSLException {
    SslHandler handler = context.newHandler(allocator);
    handler.setHandshakeTimeout(handshakeMillis, TimeUnit.MILLISECONDS);
    return handler;
  }

  /**
   * Whether a client wants to see a proof, and speaks nothing else (RFC 8737 section 3).
   *
   * @param hello the body of a ClientHello (RFC 8446 section 4.1.2), which is left as it is
   */
  static boolean isAskedBy(ByteBuf hello) {
    ByteBuf in = hello.slice();
    try {
      in.skipBytes(VERSION_AND_RANDOM_BYTES);
      in.skipBytes(in.readUnsignedByte());
      in.skipBytes(in.readUnsignedShort());
      in.skipBytes(in.readUnsignedByte());
      ByteBuf extensions = in.readSlice(in.readUnsignedShort());
      while (extensions.isReadable()) {
        int type = extensions.readUnsignedShort();
        ByteBuf content = extensions.readSlice(extensions.readUnsignedShort());
        if (type == ALPN) {
          ByteBuf names = content.readSlice(content.readUnsignedShort());
          ByteBuf first = names.readSlice(names.readUnsignedByte());
          return !names.isReadable() && first.toString(StandardCharsets.US_ASCII).equals(PROTOCOL);
        }
      }
    } catch (IndexOutOfBoundsException malformed) {
      // The TLS library says so.
    }
    return false;
  }
}
