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
import org.jspecify.annotations.Nullable;

/** Whether key pairs can serve their hosts, for whoever writes them, with or without a listener. */
public final class HostCheck {
  /** A certificate that ends sooner is warned of. */
  private static final Duration NOTICE = Duration.ofDays(14);

  private HostCheck() {}

  /**
   * What is wrong with each, errors first: a pair that cannot be used, as a listener for https
   * would say it; then warnings of names that a certificate does not have, and of one that ends
   * soon.
   *
   * @param known what a listener has made of the same hosts; null where there is none
   */
  public static List<Problem> of(Collection<Host> hosts, @Nullable ServerNames known, Instant now) {
    List<Problem> problems = new ArrayList<>();
    List<Problem> warnings = new ArrayList<>();
    ListenerTls settings = known == null ? ListenerTls.DEFAULT : known.settings();
    ServerNames usable = ServerNames.of("", settings, hosts, List.of(), known, problems);
    for (Host host : hosts) {
      ServerIdentity identity = usable.own(host.name());
      if (identity != null) {
        warn(identity, host.name(), now, warnings);
      }
    }
    problems.addAll(warnings);
    return problems;
  }

  private static void warn(
      ServerIdentity identity, String host, Instant now, List<Problem> warnings) {
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
