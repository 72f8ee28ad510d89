package io.sluice.gateway.config;

/**
 * How servers are reached over TLS: {@code Settings.TLS} of a backend. PEM texts are as written.
 *
 * @param verify whether the server's certificate and name are checked; off only when asked for
 * @param authorities the certificates that are trusted, PEM; empty for the system's
 * @param certificate the client's certificate chain, PEM; empty for none
 * @param privateKey its key, PEM; never logged
 * @param serverName the name that is asked for and checked instead of the server's host; or empty
 * @param versions the TLS versions spoken
 */
public record UpstreamTls(
    boolean verify,
    String authorities,
    String certificate,
    String privateKey,
    String serverName,
    TlsVersions versions) {
  /** What is used for https servers where nothing is written. */
  public static final UpstreamTls DEFAULT =
      new UpstreamTls(true, "", "", "", "", TlsVersions.DEFAULT);

  static UpstreamTls read(JsonRecord tls) throws JsonRecord.BadValue {
    TlsVersions versions = TlsVersions.read(tls);
    if (tls.bool("SessionTicketsDisabled", false)) {
      tls.warn("SessionTicketsDisabled", "true", "false: sessions of servers are resumed");
    }
    UpstreamTls read =
        new UpstreamTls(
            !tls.bool("InsecureSkipVerify", false),
            tls.string("RootCAs", ""),
            tls.string("Certificate", ""),
            tls.secret("PrivateKey"),
            tls.string("ServerName", ""),
            versions);
    tls.close();
    if (!read.serverName.isEmpty() && !Names.isHost(read.serverName)) {
      throw tls.bad(
          "ServerName",
          "\"" + read.serverName + "\"",
          "a host such as api.example, without a port and a final dot");
    }
    if (read.certificate.isEmpty() != read.privateKey.isEmpty()) {
      throw tls.bad("Certificate", "one of Certificate and PrivateKey", "both or none");
    }
    return read;
  }

  /** Without the key. */
  @Override
  public String toString() {
    return "UpstreamTls[verify=" + verify + ", serverName=" + serverName + "]";
  }
}
