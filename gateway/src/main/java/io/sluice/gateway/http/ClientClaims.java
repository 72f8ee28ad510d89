package io.sluice.gateway.http;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The fields by which servers commonly learn who a client is, how it came and what it showed,
 * beside those that the gateway writes itself. A value that a client nobody trusts has chosen must
 * not reach a server under one of these names.
 */
public final class ClientClaims {
  private static final String[] BEGINNINGS = {
    "x-forwarded-", "x-ssl-", "x-client-", "x-original-", "x-remote-", "x-real-", "x-http-method"
  };
  private static final String[] NAMES = {
    "cf-connecting-ip",
    "client-ip",
    "fastly-client-ip",
    "front-end-https",
    "proxy",
    "proxy-client-ip",
    "remote-user",
    "true-client-ip",
    "wl-proxy-client-ip",
    "x-arr-clientcert",
    "x-arr-ssl",
    "x-azure-clientip",
    "x-azure-socketip",
    "x-cluster-client-ip",
    "x-envoy-external-address",
    "x-envoy-original-path",
    "x-forwarded",
    "x-host",
    "x-method-override",
    "x-proxyuser-ip",
    "x-rewrite-url",
    "x-url-scheme",
  };
  private static final List<byte[]> STARTS = lower(BEGINNINGS);
  private static final List<byte[]> WHOLE = lower(NAMES);
  private static final String FIRST = "cCfFpPrRtTwWxX";

  private ClientClaims() {}

  /** Removes all of them. */
  public static void remove(Fields fields) {
    for (int i = fields.count() - 1; i >= 0; i--) {
      if (fields.known(i) == null && isClaim(fields, i)) {
        fields.removeAt(i);
      }
    }
  }

  private static boolean isClaim(Fields fields, int i) {
    byte[] bytes = fields.bytes();
    int start = fields.nameStart(i);
    int length = fields.nameLength(i);
    if (FIRST.indexOf((char) bytes[start]) < 0) {
      return false;
    }
    for (int n = 0; n < STARTS.size(); n++) {
      byte[] beginning = STARTS.get(n);
      if (length >= beginning.length && isSpelledAt(beginning, bytes, start)) {
        return true;
      }
    }
    for (int n = 0; n < WHOLE.size(); n++) {
      byte[] name = WHOLE.get(n);
      if (length == name.length && isSpelledAt(name, bytes, start)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isSpelledAt(byte[] lower, byte[] bytes, int start) {
    for (int i = 0; i < lower.length; i++) {
      byte b = bytes[start + i];
      if (lower[i] != (b >= 'A' && b <= 'Z' ? b + ('a' - 'A') : b)) {
        return false;
      }
    }
    return true;
  }

  private static List<byte[]> lower(String[] names) {
    List<byte[]> all = new ArrayList<>();
    for (String name : names) {
      all.add(name.getBytes(StandardCharsets.US_ASCII));
    }
    return all;
  }
}
