package io.sluice.gateway.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.ReferenceCountedOpenSslContext;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.sluice.gateway.config.Host;
import io.sluice.gateway.config.ListenerTls;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * One host's certificate under one listener's settings.
 *
 * <p>Checked when it is made, on the control thread; the context of the TLS library is built when
 * the first client asks for the name, so that 100,000 names cost what is used of them. It is freed
 * when neither a table nor a connection has it any more.
 */
public final class ServerIdentity implements Credential {
  /**
   * What Mozilla's "Server Side TLS" calls intermediate: a fresh key for each connection and no
   * cipher without authentication of its own.
   */
  private static final List<String> INTERMEDIATE =
      List.of(
          "TLS_AES_128_GCM_SHA256",
          "TLS_AES_256_GCM_SHA384",
          "TLS_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

  private final Host host;
  private final ListenerTls settings;
  private final List<X509Certificate> chain;
  private final String privateKey;
  private final List<String> names;
  private volatile @Nullable SslContext context;
  private volatile Stapler.@Nullable Subject staples;

  private ServerIdentity(
      Host host,
      ListenerTls settings,
      List<X509Certificate> chain,
      String privateKey,
      List<String> names) {
    this.host = host;
    this.settings = settings;
    this.chain = chain;
    this.privateKey = privateKey;
    this.names = names;
  }

  /**
   * Reads a host's key pair.
   *
   * @throws IllegalArgumentException with what was found, when it cannot be used
   */
  static ServerIdentity of(Host host, ListenerTls settings) {
    List<X509Certificate> chain = Pem.certificates(host.certificate());
    String key = Pem.pkcs8(host.privateKey());
    KeyCheck.match(chain.getFirst(), key);
    return new ServerIdentity(host, settings, chain, key, names(chain.getFirst()));
  }

  /** The host that it answers for. */
  public String hostName() {
    return host.name();
  }

  Host host() {
    return host;
  }

  X509Certificate certificate() {
    return chain.getFirst();
  }

  List<X509Certificate> chain() {
    return chain;
  }

  /** From now on new connections are shown what is found here. */
  void stapleFrom(Stapler.Subject source) {
    staples = source;
  }

  boolean isMadeFrom(Host written, ListenerTls with) {
    return host.equals(written) && settings.equals(with);
  }

  /** The names in the certificate, in lower case. */
  List<String> dnsNames() {
    return names;
  }

  /** The names and addresses in the certificate, for people. */
  String names() {
    return names.isEmpty() ? "no name" : String.join(", ", names);
  }

  /** Whether the certificate is good for a host, in lower case (RFC 6125 section 6.4). */
  public boolean covers(String wanted) {
    for (String name : names) {
      boolean wildcard = name.startsWith("*.");
      int dot = wanted.indexOf('.');
      if (wildcard
          ? dot > 0 && wanted.substring(dot).equals(name.substring(1))
          : wanted.equals(name)) {
        return true;
      }
    }
    return false;
  }

  /** Whether clients had to show other certificates when they were met than they have to now. */
  public boolean asksClientsOtherwiseThan(ListenerTls now) {
    return settings != now
        && (settings.clientAuth() != now.clientAuth()
            || !settings.clientAuthorities().equals(now.clientAuthorities()));
  }

  @Override
  public SslHandler handler(ByteBufAllocator allocator, long handshakeMillis) throws SSLException {
    SslHandler handler = context().newHandler(allocator);
    handler.setHandshakeTimeout(handshakeMillis, TimeUnit.MILLISECONDS);
    Stapler.Subject source = staples;
    byte[] staple = source == null ? null : source.current();
    if (staple != null) {
      ((ReferenceCountedOpenSslEngine) handler.engine()).setOcspResponse(staple);
    }
    return handler;
  }

  private SslContext context() throws SSLException {
    SslContext made = context;
    if (made == null) {
      synchronized (this) {
        made = context;
        if (made == null) {
          made = build();
          context = made;
        }
      }
    }
    return made;
  }

  private SslContext build() throws SSLException {
    SslContextBuilder builder =
        SslContextBuilder.forServer(pem(chain), pem(privateKey))
            .sslProvider(TlsLibrary.PROVIDER)
            .protocols(settings.versions().protocols())
            .applicationProtocolConfig(
                new ApplicationProtocolConfig(
                    ApplicationProtocolConfig.Protocol.ALPN,
                    ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                    ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                    ApplicationProtocolNames.HTTP_2,
                    ApplicationProtocolNames.HTTP_1_1));
    List<String> suites = settings.versions().cipherSuites();
    builder.ciphers(suites.isEmpty() ? INTERMEDIATE : suites, SupportedCipherSuiteFilter.INSTANCE);
    if (settings.clientAuth() != ListenerTls.ClientAuth.NONE) {
      builder
          .clientAuth(
              settings.clientAuth() == ListenerTls.ClientAuth.REQUIRE
                  ? ClientAuth.REQUIRE
                  : ClientAuth.OPTIONAL)
          .trustManager(
              Pem.certificates(settings.clientAuthorities()).toArray(X509Certificate[]::new));
    }
    if (host.ocsp() != null && TlsLibrary.STAPLES) {
      builder.enableOcsp(true);
    }
    SslContext built = builder.build();
    if (built instanceof ReferenceCountedOpenSslContext counted) {
      TicketKeys.apply(counted.sessionContext(), settings);
    }
    TlsLibrary.freeWith(this, built);
    return built;
  }

  private static ByteArrayInputStream pem(List<X509Certificate> chain) {
    StringBuilder text = new StringBuilder();
    for (X509Certificate certificate : chain) {
      text.append(Pem.text(certificate));
    }
    return pem(text.toString());
  }

  private static ByteArrayInputStream pem(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII));
  }

  /** The DNS names of a certificate, in lower case. */
  private static List<String> names(X509Certificate certificate) {
    List<String> names = new ArrayList<>();
    try {
      var alternatives = certificate.getSubjectAlternativeNames();
      if (alternatives != null) {
        for (List<?> alternative : alternatives) {
          boolean dnsOrAddress = alternative.get(0).equals(2) || alternative.get(0).equals(7);
          if (dnsOrAddress && alternative.get(1) instanceof String name) {
            names.add(name.toLowerCase(Locale.ROOT));
          }
        }
      }
    } catch (CertificateParsingException unreadable) {
      throw new IllegalArgumentException("a certificate with unreadable names", unreadable);
    }
    return List.copyOf(names);
  }
}
