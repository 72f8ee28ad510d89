package io.sluice.gateway.config;

import java.util.List;

/**
 * {@code ipaccess}: which clients may come, by their address.
 *
 * @param allow those alone, where there are any
 * @param deny never those
 */
public record IpAccess(List<Cidr> allow, List<Cidr> deny) implements Middleware.Spec {
  static IpAccess read(JsonRecord json) throws JsonRecord.BadValue {
    IpAccess access = new IpAccess(Cidr.read(json, "Allow"), Cidr.read(json, "Deny"));
    if (access.allow.isEmpty() && access.deny.isEmpty()) {
      throw json.bad("Allow", "neither Allow nor Deny", "addresses such as 10.0.0.0/8");
    }
    return access;
  }
}
