package io.sluice.gateway.upstream;

import io.sluice.gateway.config.HealthSettings;
import io.sluice.gateway.memory.Bounded;
import io.sluice.gateway.wire.DeadlineWheel;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Asks endpoints whether they are well, each on one of the event loops, for as long as a backend
 * wants it. The control thread says what is wanted.
 */
public final class HealthChecker {
  /**
   * What is wanted for one endpoint of one backend.
   *
   * @param settings of the connections to it
   */
  public record Wanted(String backendId, Candidate candidate, ConnectionSettings settings) {}

  @Bounded("one for each event loop")
  private final List<LoopPools> loops;

  @Bounded("by the servers that are written")
  private final Map<Health, Patient> patients = new HashMap<>();

  private int next;

  public HealthChecker(List<LoopPools> loops) {
    this.loops = List.copyOf(loops);
  }

  /** From now on these are asked, and no others. Control thread only. */
  public void follow(List<Wanted> wanted) {
    Map<Health, Wanted> byHealth = HashMap.newHashMap(wanted.size());
    for (Wanted each : wanted) {
      if (each.candidate.health().settings().check() != null) {
        byHealth.put(each.candidate.health(), each);
      }
    }
    patients
        .entrySet()
        .removeIf(
            entry -> {
              boolean over = !byHealth.containsKey(entry.getKey());
              if (over) {
                entry.getValue().over = true;
              }
              return over;
            });
    byHealth.forEach(
        (health, each) -> {
          Patient known = patients.get(health);
          if (known == null) {
            patients.put(health, begin(each));
          } else {
            known.follow(each);
          }
        });
  }

  private Patient begin(Wanted wanted) {
    LoopPools pools = loops.get(next++ % loops.size());
    Patient patient = new Patient(wanted, pools);
    pools.loop().execute(patient::ask);
    return patient;
  }

  /** One endpoint that is asked again and again; on its event loop, but for {@code over}. */
  private static final class Patient {
    private final LoopPools pools;
    private final DeadlineWheel.Deadline pause;
    private volatile Wanted wanted;
    private volatile HealthSettings.Check check;
    private volatile boolean over;
    private boolean asking;

    Patient(Wanted wanted, LoopPools pools) {
      this.wanted = wanted;
      this.check = check(wanted);
      this.pools = pools;
      this.pause = pools.loop().deadlines().deadline(this::ask);
    }

    private static HealthSettings.Check check(Wanted wanted) {
      return Objects.requireNonNull(wanted.candidate.health().settings().check());
    }

    /** From now on it is asked so; at once, where it is asked otherwise than before. */
    void follow(Wanted now) {
      boolean otherwise = !now.settings.equals(wanted.settings) || !check(now).equals(check);
      check = check(now);
      wanted = now;
      if (otherwise) {
        pools.loop().execute(this::ask);
      }
    }

    void ask() {
      if (over) {
        pause.remove();
      } else if (!asking) {
        asking = true;
        Endpoint endpoint = wanted.candidate.endpoint();
        new Probe(pools, endpoint, wanted.settings, check, this::onAnswer).start();
      }
    }

    private void onAnswer(String wrong) {
      asking = false;
      wanted.candidate.health().checked(wrong, check);
      // A tenth of chance keeps the gateways of a fleet from asking all at once.
      long interval = check.interval().toNanos();
      pause.in(interval + ThreadLocalRandom.current().nextLong(interval / 10 + 1));
    }
  }
}
