package io.sluice.gateway.config;

/** What a key under the prefix is about. */
sealed interface Key {
  String SHAPES =
      "listeners/<id>, hosts/<name>/host, frontends/<id>/frontend,"
          + " frontends/<id>/middlewares/<mid>, backends/<id>/backend or"
          + " backends/<id>/servers/<sid>";

  record OfListener(String id) implements Key {}

  record OfHost(String name) implements Key {}

  record OfFrontend(String id) implements Key {}

  record OfMiddleware(String frontendId, String id) implements Key {}

  record OfBackend(String id) implements Key {}

  record OfServer(String backendId, String id) implements Key {}

  /** What stands before the names of hosts for which a certificate was got. */
  String ISSUED = "acme/certificates/";

  /** What stands before the tokens that an authority asks for. */
  String PROOFS = "acme/proofs/";

  /** Written by a gateway, read by all. */
  record OfIssued(String name) implements Key {}

  /** Written by a gateway, read by all. */
  record OfProof(String token) implements Key {}

  /**
   * Written by Sluice itself and no part of what is served: {@code gateways/…}, {@code rollouts/…},
   * {@code history/…} and the rest of {@code acme/…}.
   */
  record OfSluice() implements Key {}

  record Unknown() implements Key {}

  static Key parse(String key) {
    String[] parts = key.split("/", -1);
    for (String part : parts) {
      if (part.isEmpty()) {
        return new Unknown();
      }
    }
    return switch (parts[0]) {
      case "listeners" -> parts.length == 2 ? new OfListener(parts[1]) : new Unknown();
      case "hosts" ->
          parts.length == 3 && parts[2].equals("host") ? new OfHost(parts[1]) : new Unknown();
      case "frontends" -> child(parts, "frontend", "middlewares");
      case "backends" -> child(parts, "backend", "servers");
      case "gateways", "rollouts", "history" -> new OfSluice();
      case "acme" -> acme(parts, key);
      default -> new Unknown();
    };
  }

  private static Key acme(String[] parts, String key) {
    if (parts.length != 3) {
      return new OfSluice();
    }
    return key.startsWith(ISSUED)
        ? new OfIssued(parts[2])
        : key.startsWith(PROOFS) ? new OfProof(parts[2]) : new OfSluice();
  }

  private static Key child(String[] parts, String self, String children) {
    boolean frontend = self.equals("frontend");
    if (parts.length == 3 && parts[2].equals(self)) {
      return frontend ? new OfFrontend(parts[1]) : new OfBackend(parts[1]);
    }
    if (parts.length == 4 && parts[2].equals(children)) {
      return frontend ? new OfMiddleware(parts[1], parts[3]) : new OfServer(parts[1], parts[3]);
    }
    return new Unknown();
  }
}
