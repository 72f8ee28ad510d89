package io.sluice.gateway.tls;

import io.sluice.gateway.config.Host;
import io.sluice.gateway.config.ListenerTls;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * What a host's certificate says, for people.
 *
 * @param names for which it is good
 * @param until when it ends
 * @param isDefault whether it answers for names that no host has
 */
public record CertificateView(String host, String names, Instant until, boolean isDefault) {
  /** Those of the hosts whose key pairs can be used, the one that ends first in front. */
  public static List<CertificateView> of(Collection<Host> hosts) {
    ServerNames usable =
        ServerNames.of("", ListenerTls.DEFAULT, hosts, List.of(), null, new ArrayList<>());
    List<CertificateView> views = new ArrayList<>();
    for (Host host : hosts) {
      ServerIdentity identity = usable.own(host.name());
      if (identity != null) {
        views.add(
            new CertificateView(
                host.name(),
                identity.names(),
                identity.certificate().getNotAfter().toInstant(),
                host.isDefault()));
      }
    }
    views.sort(Comparator.comparing(CertificateView::until).thenComparing(CertificateView::host));
    return views;
  }
}
