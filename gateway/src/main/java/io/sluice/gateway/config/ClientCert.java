package io.sluice.gateway.config;

import java.util.ArrayList;
import java.util.List;

/**
 * {@code clientcert}: which certificates of clients are let through; one match is enough.
 *
 * @param subjects distinguished names (RFC 2253), or their common names
 * @param sans subject alternative names: hosts, mail addresses, URIs and addresses
 * @param issuers as {@code subjects}, of who signed it
 * @param fingerprints SHA-256 of the certificate, 64 hexadecimal digits in lower case
 */
public record ClientCert(
    List<String> subjects, List<String> sans, List<String> issuers, List<String> fingerprints)
    implements Middleware.Spec {
  static ClientCert read(JsonRecord json) throws JsonRecord.BadValue {
    List<String> fingerprints = new ArrayList<>();
    for (String text : json.strings("Fingerprints")) {
      fingerprints.add(Sha256.digits(json, "Fingerprints", text));
    }
    ClientCert read =
        new ClientCert(
            json.strings("Subjects"),
            json.strings("SANs"),
            json.strings("Issuers"),
            List.copyOf(fingerprints));
    if (read.subjects.isEmpty()
        && read.sans.isEmpty()
        && read.issuers.isEmpty()
        && read.fingerprints.isEmpty()) {
      throw json.bad("Subjects", "nothing", "Subjects, SANs, Issuers or Fingerprints");
    }
    return read;
  }
}
