package io.sluice.gateway.rollout;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sluice.gateway.fleet.Traffic;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A rollout as it stands. Immutable.
 *
 * @param step the index of the step that is under way
 * @param asked what an operator wants of the process that runs it
 * @param timeline what has happened, oldest first, for people to read
 * @param progress what is done of the step under way, for a process that goes on with it
 */
@JsonIgnoreProperties(ignoreUnknown = true) // A later version may write more.
public record Rollout(
    String id,
    String startedAt,
    Plan plan,
    Phase phase,
    int step,
    Asked asked,
    List<Event> timeline,
    List<Mark> progress) {
  /** One that was written by an earlier version has no progress. */
  public Rollout {
    Objects.requireNonNull(plan, "plan");
    Objects.requireNonNull(phase, "phase");
    Objects.requireNonNull(timeline, "timeline");
    progress = Objects.requireNonNullElse(progress, List.of());
  }

  /** A part of a step that is not done twice. */
  public enum Stage {
    /** The new servers of the step were found to do well. */
    JUDGED,
    /** The server is being stopped, or was. */
    STOPPING
  }

  /**
   * What a step has reached.
   *
   * @param server the id of the one that it is about; empty for all of the step
   */
  public record Mark(Stage stage, String server) {}

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
        plan.id(),
        Instant.now().toString(),
        plan,
        Phase.RUNNING,
        0,
        Asked.NOTHING,
        List.of(),
        List.of());
  }

  static Rollout read(String json) throws IOException {
    return JSON.readValue(json, Rollout.class);
  }

  /** The share of the new backend in this step, in percent. */
  public int share() {
    return plan.share(step);
  }

  /** What a change of its is for, such as {@code b to newer, 10 %}. */
  String what() {
    return plan.what() + (phase == Phase.TAKEN_BACK ? ", taken back" : ", " + share() + " %");
  }

  Rollout to(Phase next, int nextStep) {
    List<Mark> left = nextStep == step ? progress : List.of();
    return new Rollout(id, startedAt, plan, next, nextStep, asked, timeline, left);
  }

  /** A wish is answered once; another that has come since stays. */
  Rollout answered(Asked wish) {
    return asked == wish ? asking(Asked.NOTHING) : this;
  }

  Rollout asking(Asked wish) {
    return new Rollout(id, startedAt, plan, phase, step, wish, timeline, progress);
  }

  Rollout and(Event event) {
    return new Rollout(id, startedAt, plan, phase, step, asked, with(timeline, event), progress);
  }

  /** Remembers that the step has reached something. */
  Rollout and(Mark mark) {
    return new Rollout(id, startedAt, plan, phase, step, asked, timeline, with(progress, mark));
  }

  private static <T> List<T> with(List<T> list, T last) {
    List<T> longer = new ArrayList<>(list);
    longer.add(last);
    return List.copyOf(longer);
  }
}
