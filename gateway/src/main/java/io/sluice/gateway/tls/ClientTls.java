package io.sluice.gateway.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.sluice.gateway.config.UpstreamTls;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;

/**
 * How connections to servers are made safe. Part of an endpoint's identity: two are equal when they
 * were written alike, so a connection is never used for an exchange that asks for other checks.
 *
 * <p>Built by the control thread, used by any.
 */
public final class ClientTls {
  private final UpstreamTls written;
  private final boolean multiplexed;
  private final SslContext context;

  private ClientTls(UpstreamTls written, boolean multiplexed, SslContext context) {
    this.written = written;
    this.multiplexed = multiplexed;
    this.context = context;
  }

  /**
   * Builds it.
   *
   * @param multiplexed whether HTTP/2 is offered
   * @throws SSLException with a text for the operator, when a certificate or key cannot be used
   */
  public static ClientTls of(UpstreamTls written, boolean multiplexed) throws SSLException {
    try {
      SslContextBuilder builder =
          SslContextBuilder.forClient()
              .sslProvider(TlsLibrary.PROVIDER)
              .protocols(written.versions().protocols())
              .endpointIdentificationAlgorithm(written.verify() ? "HTTPS" : null);
      if (!written.versions().cipherSuites().isEmpty()) {
        builder.ciphers(written.versions().cipherSuites(), SupportedCipherSuiteFilter.INSTANCE);
      }
      if (!written.verify()) {
        builder.trustManager(InsecureTrustManagerFactory.INSTANCE);
      } else if (!written.authorities().isEmpty()) {
        builder.trustManager(
            Pem.certificates(written.authorities()).toArray(X509Certificate[]::new));
      }
      if (!written.certificate().isEmpty()) {
        builder.keyManager(stream(written.certificate()), stream(Pem.pkcs8(written.privateKey())));
      }
      if (multiplexed) {
        builder.applicationProtocolConfig(
            new ApplicationProtocolConfig(
                ApplicationProtocolConfig.Protocol.ALPN,
                ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                ApplicationProtocolNames.HTTP_2,
                ApplicationProtocolNames.HTTP_1_1));
      }
      SslContext context = builder.build();
      ClientTls tls = new ClientTls(written, multiplexed, context);
      TlsLibrary.freeWith(tls, context);
      return tls;
    } catch (IllegalArgumentException unusable) {
      throw new SSLException(unusable.getMessage(), unusable);
    }
  }

  private static ByteArrayInputStream stream(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII));
  }

  /** The handler for one connection to this host. */
  public SslHandler handler(ByteBufAllocator allocator, String host, int port, Duration handshake) {
    String name = written.serverName().isEmpty() ? withoutFinalDot(host) : written.serverName();
    SslHandler handler = context.newHandler(allocator, name, port);
    handler.setHandshakeTimeout(handshake.toMillis(), TimeUnit.MILLISECONDS);
    if (isName(name)) {
      SSLParameters parameters = handler.engine().getSSLParameters();
      parameters.setServerNames(java.util.List.of(new SNIHostName(name)));
      handler.engine().setSSLParameters(parameters);
    }
    return handler;
  }

  private static String withoutFinalDot(String host) {
    return host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
  }

  /** An address is not a name, and must not be sent as one (RFC 6066 section 3). */
  private static boolean isName(String host) {
    return !io.netty.util.NetUtil.isValidIpV4Address(host)
        && !io.netty.util.NetUtil.isValidIpV6Address(host);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ClientTls that
        && multiplexed == that.multiplexed
        && written.equals(that.written);
  }

  @Override
  public int hashCode() {
    return Objects.hash(written, multiplexed);
  }
}
