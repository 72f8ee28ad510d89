package io.sluice.gateway.tls;

import io.sluice.gateway.config.Host;
import io.sluice.gateway.config.ListenerTls;
import io.sluice.gateway.config.Problem;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Whether key pairs can serve their hosts, for whoever writes them, with or without a listener. */
public final class HostCheck {
  /** A certificate that ends sooner is warned of. */
  private static final Duration NOTICE = Duration.ofDays(14);

  private HostCheck() {}

  /**
   * What is wrong with each, errors first: a pair that cannot be used, as a listener for https
   * would say it; then warnings of names that a certificate does not have, and of one that ends
   * soon.
   */
  public static List<Problem> of(Collection<Host> hosts, Instant now) {
    List<Problem> problems = new ArrayList<>();
    List<Problem> warnings = new ArrayList<>();
    ServerNames usable =
        ServerNames.of(
            "",
            ListenerTls.DEFAULT,
            hosts.stream().map(HostCheck::asOnly).toList(),
            null,
            problems);
    for (Host host : hosts) {
      ServerIdentity identity = usable.find(host.name());
      if (host.hasKeyPair() && identity != null) {
        warn(identity, host.name(), now, warnings);
      }
    }
    problems.addAll(warnings);
    return problems;
  }

  /** None answers for another that cannot. */
  private static Host asOnly(Host host) {
    return new Host(host.name(), false, host.certificate(), host.privateKey(), host.ocsp());
  }

  private static void warn(
      ServerIdentity identity, String host, Instant now, List<Problem> warnings) {
    if (!identity.hostName().equals(host)) {
      return;
    }
    String where = "hosts/" + host + "/host KeyPair";
    if (!identity.covers(host)) {
      warnings.add(
          Problem.warning(
              where, "a certificate for " + identity.names(), "one that names " + host));
    }
    X509Certificate certificate = identity.certificate();
    Instant from = certificate.getNotBefore().toInstant();
    Instant until = certificate.getNotAfter().toInstant();
    if (from.isAfter(now)) {
      warnings.add(Problem.warning(where, "a certificate from " + from + " on", "one that holds"));
    } else if (until.isBefore(now)) {
      warnings.add(Problem.warning(where, "a certificate that ended " + until, "one that holds"));
    } else if (until.isBefore(now.plus(NOTICE))) {
      warnings.add(
          Problem.warning(
              where,
              "a certificate that ends " + until,
              "one that holds for " + NOTICE.toDays() + " days more"));
    }
  }
}
