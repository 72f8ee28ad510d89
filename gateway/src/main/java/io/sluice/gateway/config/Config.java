package io.sluice.gateway.config;

import java.util.List;
import java.util.Map;

/**
 * All records of one tree, read and found good one by one.
 *
 * @param revision the tree's revision
 * @param hosts by name
 * @param listeners by id
 * @param frontends by id
 * @param backends by id
 * @param servers by backend id, each list ordered by server id
 * @param middlewares by frontend id, each list in the order in which they run
 * @param withoutForm frontend ids with a middleware that never had a good form, and what is wrong
 *     with it
 * @param proofs what authorities ask for before they issue a certificate, by token
 * @param problems what was found on the way
 */
public record Config(
    long revision,
    Map<String, Host> hosts,
    Map<String, Listener> listeners,
    Map<String, Frontend> frontends,
    Map<String, Backend> backends,
    Map<String, List<Server>> servers,
    Map<String, List<Middleware>> middlewares,
    Map<String, Problem> withoutForm,
    Map<String, AcmeProof> proofs,
    List<Problem> problems) {

  /** Nothing at revision 0. */
  public static final Config EMPTY =
      new Config(
          0, Map.of(), Map.of(), Map.of(), Map.of(), Map.of(), Map.of(), Map.of(), Map.of(),
          List.of());
}
