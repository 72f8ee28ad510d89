package io.sluice.gateway.rollout;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * A rollout as it stands. Immutable.
 *
 * @param step the index of the step that is under way
 * @param asked what an operator wants of the process that runs it
 * @param timeline what has happened, oldest first
 */
public record Rollout(
    String id,
    String startedAt,
    Plan plan,
    Phase phase,
    int step,
    Asked asked,
    List<Event> timeline) {
  /** Where it is in its life. */
  public enum Phase {
    RUNNING,
    PAUSED,
    DONE,
    TAKEN_BACK;

    public boolean isOver() {
      return this == DONE || this == TAKEN_BACK;
    }
  }

  /** An operator's wish. */
  public enum Asked {
    NOTHING,
    PAUSE,
    RESUME,
    PROMOTE,
    ABORT
  }

  /**
   * Something that has happened.
   *
   * @param at an instant, ISO 8601
   * @param share of the new backend, in percent
   * @param revision of the store at which every gateway serves that share; 0 before
   * @param canary what was measured of the new backend since the step began
   * @param baseline the same of the old one
   */
  public record Event(
      String at,
      String what,
      int share,
      long revision,
      Traffic.Summary canary,
      Traffic.Summary baseline) {}

  private static final JsonMapper JSON = new JsonMapper();

  public String toJson() {
    try {
      return JSON.writeValueAsString(this);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** One that has not begun. */
  public static Rollout of(Plan plan) {
    return new Rollout(
        plan.id(), Instant.now().toString(), plan, Phase.RUNNING, 0, Asked.NOTHING, List.of());
  }

  static Rollout read(String json) throws IOException {
    return JSON.readValue(json, Rollout.class);
  }

  /** The share of the new backend in this step, in percent. */
  public int share() {
    return plan.share(step);
  }

  Rollout to(Phase next, int nextStep) {
    return new Rollout(id, startedAt, plan, next, nextStep, asked, timeline);
  }

  /** A wish is answered once; another that has come since stays. */
  Rollout answered(Asked wish) {
    return asked == wish ? asking(Asked.NOTHING) : this;
  }

  Rollout asking(Asked wish) {
    return new Rollout(id, startedAt, plan, phase, step, wish, timeline);
  }

  Rollout and(Event event) {
    List<Event> longer = new ArrayList<>(timeline);
    longer.add(event);
    return new Rollout(id, startedAt, plan, phase, step, asked, List.copyOf(longer));
  }
}
