package io.sluice.gateway.config;

import java.util.HashMap;
import java.util.Map;

/** Hosts by name, each with the certificate that was got for it where it has none of its own. */
final class HostMap {
  private final Map<String, Host> written = new HashMap<>();
  private final Map<String, IssuedCertificate> issued = new HashMap<>();
  private final IdMap.Editor<Host> served = IdMap.<Host>empty().edit();

  void put(Host host) {
    written.put(host.name(), host);
    join(host.name());
  }

  void remove(Host host) {
    written.remove(host.name());
    join(host.name());
  }

  void put(IssuedCertificate certificate) {
    issued.put(certificate.name(), certificate);
    join(certificate.name());
  }

  void remove(IssuedCertificate certificate) {
    issued.remove(certificate.name());
    join(certificate.name());
  }

  private void join(String name) {
    Host host = written.get(name);
    if (host == null) {
      served.remove(name);
    } else {
      served.put(name, host.with(issued.get(name)));
    }
  }

  IdMap<Host> done() {
    return served.done();
  }
}
