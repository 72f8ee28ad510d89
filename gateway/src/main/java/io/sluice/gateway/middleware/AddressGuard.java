package io.sluice.gateway.middleware;

import io.sluice.gateway.config.Cidr;
import io.sluice.gateway.config.IpAccess;
import io.sluice.gateway.http.Reason;
import java.net.InetAddress;
import java.util.List;

/** Lets clients through by their address. */
final class AddressGuard implements Stage {
  private final IpAccess settings;

  AddressGuard(IpAccess settings) {
    this.settings = settings;
  }

  @Override
  public Verdict onRequest(ExchangeView exchange) {
    InetAddress client = exchange.client();
    boolean allowed = settings.allow().isEmpty() || isIn(settings.allow(), client);
    return allowed && !isIn(settings.deny(), client)
        ? Verdict.PROCEED
        : Verdict.Reply.of(Reason.IP_DENIED);
  }

  static boolean isIn(List<Cidr> ranges, InetAddress address) {
    for (int i = 0; i < ranges.size(); i++) {
      if (ranges.get(i).contains(address)) {
        return true;
      }
    }
    return false;
  }
}
