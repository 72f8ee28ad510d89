package io.sluice.gateway.rollout;

import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A backend's servers are to be replaced, some at a time.
 *
 * @param backend whose servers they are
 * @param replacements which server takes the place of which, in order
 * @param start a shell command that starts a server; {@code {id}}, {@code {port}}, {@code
 *     {backend}} and {@code {version}} stand for its own
 * @param stop a shell command that stops one; it ends with {@link #NOT_MINE} where it has not
 *     started it
 * @param check fails, and says why, where a server that was started has ended by itself; empty for
 *     nothing
 * @param url of a new server, with the same marks; empty where servers announce themselves
 * @param surge how many servers there may be beyond those that there were
 * @param unavailable how many of those that there were may be missing
 * @param judgement what must hold of all that the backend answers once a step's new servers take
 *     traffic; empty for nothing
 * @param settleSeconds how long a new server may take to get its first request, and how long the
 *     backend is judged then
 * @param timeoutSeconds how long anything is waited for
 */
public record Rolling(
    String backend,
    String version,
    List<Replacement> replacements,
    String start,
    String stop,
    String check,
    String url,
    int surge,
    int unavailable,
    String judgement,
    int settleSeconds,
    int timeoutSeconds)
    implements Plan {
  /** What a stop command ends with for a server that somebody else has started. */
  public static final int NOT_MINE = 3;

  /** What the id of a rolling rollout begins with, before its backend's. */
  public static final String ID_PREFIX = "backend.";

  private static final int ALL = 100;

  /** One that was written by an earlier version has no judgement and no check. */
  public Rolling {
    judgement = Objects.requireNonNullElse(judgement, "");
    check = Objects.requireNonNullElse(check, "");
  }

  /** One server for another; a port of 0 where the commands need none. */
  public record Replacement(String oldId, String newId, int port) {
    @Override
    public String toString() {
      return oldId + " by " + newId;
    }
  }

  @Override
  public String id() {
    return ID_PREFIX + backend;
  }

  @Override
  public String style() {
    return "rolling";
  }

  @Override
  public String what() {
    return backend + " to " + version;
  }

  @Override
  public int lastStep() {
    return (replacements.size() - 1) / atOnce();
  }

  @Override
  public int share(int step) {
    return ALL * Math.min(replacements.size(), (step + 1) * atOnce()) / replacements.size();
  }

  private int atOnce() {
    return surge + unavailable;
  }

  /** What a step replaces. */
  List<Replacement> batch(int step) {
    int from = step * atOnce();
    return replacements.subList(from, Math.min(replacements.size(), from + atOnce()));
  }

  /** Those of a batch whose old servers go before any new one is started. */
  List<Replacement> goingFirst(List<Replacement> batch) {
    return batch.subList(0, Math.min(unavailable, batch.size()));
  }

  /** The others of a batch, whose old servers go when the new ones take traffic. */
  List<Replacement> goingLast(List<Replacement> batch) {
    return batch.subList(Math.min(unavailable, batch.size()), batch.size());
  }

  /** A template with the marks of one server. */
  String fill(String template, String id, int port) {
    String text = template;
    for (Map.Entry<String, String> mark :
        Map.of(
                "{id}", id,
                "{port}", Integer.toString(port),
                "{backend}", backend,
                "{version}", version)
            .entrySet()) {
      text = text.replace(mark.getKey(), mark.getValue());
    }
    return text;
  }
}
