package io.sluice.gateway.acme;

import java.net.http.HttpClient;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.shredzone.acme4j.connector.NetworkSettings;
import org.shredzone.acme4j.provider.GenericAcmeProvider;

/** Any authority that speaks RFC 8555, also one whose own certificate nobody else vouches for. */
final class Authority extends GenericAcmeProvider {
  private final @Nullable SSLContext trusted;

  Authority(@Nullable SSLContext trusted) {
    this.trusted = trusted;
  }

  @Override
  public HttpClient createHttpClient(NetworkSettings settings) {
    HttpClient.Builder client =
        HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(settings.getTimeout())
            .proxy(settings.getProxySelector());
    return (trusted == null ? client : client.sslContext(trusted)).build();
  }
}
