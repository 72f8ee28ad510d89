package io.sluice.gateway.tls;

import io.sluice.gateway.config.AcmeProof;
import io.sluice.gateway.config.Host;
import io.sluice.gateway.config.ListenerTls;
import io.sluice.gateway.config.Problem;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which certificate of a listener answers for a name: the exact host, then {@code *.} and the rest
 * of the name; where no host has it, one whose certificate has, and then the default host (RFC 6066
 * section 3). Immutable.
 */
public final class ServerNames {
  private final ListenerTls settings;
  private final Map<String, ServerIdentity> byName;

  /** By the names in the certificates. */
  private final Map<String, ServerIdentity> byCertificate;

  /** Hosts with a key pair that cannot be used: no other's answers for them. */
  private final Set<String> unusable;

  private final @Nullable ServerIdentity fallback;
  private final List<ServerIdentity> stapled;

  /** What authorities look at, by the name that they ask for in lower case. */
  private final Map<String, ProofCertificate> proofs;

  private ServerNames(
      ListenerTls settings,
      Map<String, ServerIdentity> byName,
      Set<String> unusable,
      @Nullable ServerIdentity fallback,
      Map<String, ProofCertificate> proofs) {
    this.settings = settings;
    this.byName = byName;
    this.byCertificate = byCertificate(byName);
    this.unusable = unusable;
    this.fallback = fallback;
    this.stapled =
        byName.values().stream().filter(identity -> identity.host().ocsp() != null).toList();
    this.proofs = proofs;
  }

  /**
   * The names of all hosts that have a key pair. A host whose key pair cannot be used keeps the one
   * that it had, and is a problem; settings that cannot be used leave those before, and with none
   * nobody is let in.
   *
   * @param proofs what authorities ask for now
   */
  public static ServerNames of(
      String listener,
      ListenerTls written,
      Collection<Host> hosts,
      Collection<AcmeProof> proofs,
      @Nullable ServerNames previous,
      List<Problem> problems) {
    ListenerTls settings =
        TlsCheck.of("listeners/" + listener + " Settings TLS", written, problems)
            ? written
            : previous == null ? ListenerTls.DEFAULT : previous.settings;
    if (settings != written && previous == null) {
      return new ServerNames(settings, Map.of(), Set.of(), null, Map.of());
    }
    Map<String, ServerIdentity> byName = HashMap.newHashMap(hosts.size());
    ServerIdentity fallback = null;
    for (Host host : hosts) {
      ServerIdentity last = previous == null ? null : previous.byName.get(host.name());
      ServerIdentity identity = host.hasKeyPair() ? identity(host, settings, last, problems) : null;
      if (identity == null) {
        continue;
      }
      byName.put(host.name(), identity);
      boolean first = fallback == null || host.name().compareTo(fallback.host().name()) < 0;
      if (host.isDefault() && first) {
        fallback = identity;
      }
    }
    Set<String> unusable = new HashSet<>();
    hosts.stream().filter(Host::hasKeyPair).map(Host::name).forEach(unusable::add);
    unusable.removeAll(byName.keySet());
    Map<String, ProofCertificate> before = previous == null ? Map.of() : previous.proofs;
    return new ServerNames(settings, byName, unusable, fallback, shown(proofs, before, problems));
  }

  private static Map<String, ProofCertificate> shown(
      Collection<AcmeProof> proofs, Map<String, ProofCertificate> before, List<Problem> problems) {
    Map<String, ProofCertificate> shown = new HashMap<>();
    for (AcmeProof proof : proofs) {
      if (!proof.name().isEmpty()) {
        String name = proof.name().toLowerCase(Locale.ROOT);
        ProofCertificate last = before.get(name);
        try {
          shown.put(name, last != null && last.isOf(proof) ? last : ProofCertificate.of(proof));
        } catch (RuntimeException | Error bug) {
          problems.add(Problem.bug(AcmeProof.key(proof.token()), bug));
        }
      }
    }
    return Map.copyOf(shown);
  }

  /**
   * Of several certificates with one name that of the smallest host, whatever was written first.
   */
  private static Map<String, ServerIdentity> byCertificate(Map<String, ServerIdentity> byName) {
    Map<String, ServerIdentity> all = new HashMap<>();
    for (ServerIdentity identity : byName.values()) {
      for (String name : identity.dnsNames()) {
        all.merge(
            name,
            identity,
            (one, other) -> one.hostName().compareTo(other.hostName()) < 0 ? one : other);
      }
    }
    return all;
  }

  private static @Nullable ServerIdentity identity(
      Host host, ListenerTls settings, @Nullable ServerIdentity last, List<Problem> problems) {
    if (last != null && last.isMadeFrom(host, settings)) {
      return last;
    }
    try {
      return ServerIdentity.of(host, settings);
    } catch (IllegalArgumentException unusable) {
      problems.add(
          Problem.error(
              "hosts/" + host.name() + "/host KeyPair",
              String.valueOf(unusable.getMessage()),
              "a certificate chain and its private key, as PEM"));
      return last;
    } catch (RuntimeException | Error bug) {
      problems.add(Problem.bug("hosts/" + host.name() + "/host", bug));
      return last;
    }
  }

  public ListenerTls settings() {
    return settings;
  }

  /** Those whose certificate is to be shown with its issuer's word on it. */
  List<ServerIdentity> stapled() {
    return stapled;
  }

  /** When each host's certificate ends, in seconds of the epoch. */
  public Map<String, Double> ends() {
    Map<String, Double> ends = new HashMap<>();
    byName.forEach(
        (name, identity) ->
            ends.put(name, identity.certificate().getNotAfter().toInstant().toEpochMilli() / 1e3));
    return ends;
  }

  public boolean isEmpty() {
    return byName.isEmpty();
  }

  /**
   * What an authority is shown that asks for the proof of a name, in lower case; null where nobody
   * asks.
   */
  @Nullable ProofCertificate proof(String name) {
    return proofs.get(name);
  }

  boolean hasProofs() {
    return !proofs.isEmpty();
  }

  /** The certificate of this very host, or null where it has none that can be used. */
  @Nullable ServerIdentity own(String host) {
    return byName.get(host);
  }

  /**
   * The certificate for a name in lower case, or null when nobody answers for it.
   *
   * @param name null when the client sent none
   */
  public @Nullable ServerIdentity find(@Nullable String name) {
    if (name == null) {
      return fallback;
    }
    ServerIdentity written = find(byName, name);
    ServerIdentity named =
        written != null || unusable.contains(name) ? written : find(byCertificate, name);
    return named != null ? named : fallback;
  }

  private static @Nullable ServerIdentity find(Map<String, ServerIdentity> names, String name) {
    ServerIdentity exact = names.get(name);
    int dot = name.indexOf('.');
    return exact != null || dot < 0 ? exact : names.get("*" + name.substring(dot));
  }
}
