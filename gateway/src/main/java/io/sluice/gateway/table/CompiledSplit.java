package io.sluice.gateway.table;

import io.sluice.gateway.config.RequestKey;
import io.sluice.gateway.config.Split;
import io.sluice.gateway.route.Route;
import io.sluice.gateway.route.RouteInput;
import io.sluice.gateway.route.RouteSyntaxException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A frontend's split with its testers' expressions parsed. Immutable. */
public final class CompiledSplit {
  private final Split written;
  private final List<Testers> testers;
  private final long weights;

  /** Requests that go to one backend whatever the weights are. */
  private record Testers(Route route, String backendId) {}

  private CompiledSplit(Split written, List<Testers> testers) {
    this.written = written;
    this.testers = testers;
    this.weights = written.shares().stream().mapToLong(Split.Share::weight).sum();
  }

  /**
   * @throws RouteSyntaxException when what tells testers is no route expression
   */
  static CompiledSplit of(Split written) throws RouteSyntaxException {
    List<Testers> testers = new ArrayList<>(0);
    for (Split.Share share : written.shares()) {
      if (!share.testers().isEmpty()) {
        testers.add(new Testers(Route.parse(share.testers()), share.backendId()));
      }
    }
    return new CompiledSplit(written, List.copyOf(testers));
  }

  /** The expressions that tell testers. */
  List<String> testers() {
    return testers.isEmpty()
        ? List.of()
        : testers.stream().map(each -> each.route.toString()).toList();
  }

  /** Whether every request goes to the same backend. */
  public boolean isWhole() {
    return written.shares().size() == 1;
  }

  /** What keeps a client in its share; null for chance. */
  public @Nullable RequestKey on() {
    return written.on();
  }

  /**
   * The backend of a request. While a share grows at the end of the list, nobody who is in it
   * leaves it.
   *
   * @param drawn 64 bits, the same for requests that are to stay together
   */
  public String pick(RouteInput request, long drawn) {
    for (Testers each : testers) {
      if (each.route.matches(request)) {
        return each.backendId;
      }
    }
    long place = Math.unsignedMultiplyHigh(drawn, weights);
    for (Split.Share share : written.shares()) {
      place -= share.weight();
      if (place < 0) {
        return share.backendId();
      }
    }
    throw new IllegalStateException("a split without weights");
  }
}
