package io.sluice.gateway.config;

import java.util.Locale;

/**
 * How clients are met over TLS: {@code Settings.TLS} of a listener.
 *
 * @param versions the TLS versions spoken
 * @param clientAuth whether clients show a certificate
 * @param clientAuthorities who may have signed it, PEM; empty for none
 * @param sessionTickets whether clients may resume sessions
 */
public record ListenerTls(
    TlsVersions versions, ClientAuth clientAuth, String clientAuthorities, boolean sessionTickets) {
  /** Whether a client has to show a certificate. */
  public enum ClientAuth {
    NONE,
    /** It may; one that is not trusted ends the handshake. */
    OPTIONAL,
    REQUIRE
  }

  /** What is used where nothing is written. */
  public static final ListenerTls DEFAULT =
      new ListenerTls(TlsVersions.DEFAULT, ClientAuth.NONE, "", true);

  static ListenerTls read(JsonRecord tls) throws JsonRecord.BadValue {
    tls.ignore("InsecureSkipVerify");
    ListenerTls read =
        new ListenerTls(
            TlsVersions.read(tls),
            tls.choice("ClientAuth", ClientAuth.NONE),
            tls.string("ClientCAs", ""),
            !tls.bool("SessionTicketsDisabled", false));
    tls.close();
    if (read.clientAuth != ClientAuth.NONE && read.clientAuthorities.isEmpty()) {
      throw tls.bad(
          "ClientCAs",
          "nothing, with ClientAuth " + read.clientAuth.name().toLowerCase(Locale.ROOT),
          "the certificates of those who sign the clients', as PEM");
    }
    return read;
  }
}
