package io.sluice.gateway.config;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether and how a host's certificate is shown with its authority's word that it still holds:
 * {@code Settings.OCSP} of a host.
 *
 * @param period the longest time between two questions
 * @param responders whom to ask, in this order; empty for those that the certificate names
 * @param skipSignatureCheck whether answers are believed that nobody signed
 */
public record Ocsp(Duration period, List<URI> responders, boolean skipSignatureCheck) {

  /** Null where it is not enabled. */
  static @Nullable Ocsp read(JsonRecord json) throws JsonRecord.BadValue {
    boolean enabled = json.bool("Enabled", false);
    Ocsp ocsp =
        new Ocsp(
            json.duration("Period", Duration.ofHours(1)),
            responders(json),
            json.bool("SkipSignatureCheck", false));
    json.close();
    return enabled ? ocsp : null;
  }

  private static List<URI> responders(JsonRecord json) throws JsonRecord.BadValue {
    List<String> written = json.strings("Responders");
    for (String each : written) {
      if (!isResponder(each)) {
        throw json.bad(
            "Responders", "a text that is no address", "addresses such as http://ocsp.example/");
      }
    }
    return written.stream().map(URI::create).toList();
  }

  /** Whether somebody can be asked there. */
  public static boolean isResponder(String address) {
    try {
      URI uri = URI.create(address);
      return uri.getHost() != null
          && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()));
    } catch (IllegalArgumentException notOne) {
      return false;
    }
  }
}
