package io.sluice.gateway.route;

import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What finding the route of a request costs, in small and in large tables. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class MatchBenchmark {
  /** How many routes there are. */
  @Param({"100", "100000"})
  public int routes;

  private RouteIndex<String> index = RouteIndex.of(List.of());
  private RouteInput[] inputs = {};
  private int next;

  private record Input(AsciiString host, AsciiString path) implements RouteInput {
    @Override
    public AsciiString method() {
      return AsciiString.cached("GET");
    }

    @Override
    public @Nullable AsciiString header(CharSequence name) {
      return null;
    }
  }

  @Setup
  public void fill() throws RouteSyntaxException {
    List<RouteIndex.Entry<String>> entries = new ArrayList<>();
    for (int i = 0; i < routes; i++) {
      Route route = Route.parse("Host(`h" + i % 50 + ".example`) && Path(`/items/" + i + "/<id>`)");
      entries.add(new RouteIndex.Entry<>("f" + i, 0, route, "f" + i));
    }
    index = RouteIndex.of(entries);
    // The same hundred requests for both sizes, so that the processor's caches hold as much.
    inputs = new RouteInput[100];
    for (int i = 0; i < inputs.length; i++) {
      inputs[i] =
          new Input(
              AsciiString.of("h" + i % 50 + ".example"), AsciiString.of("/items/" + i + "/9521"));
    }
  }

  @Benchmark
  public @Nullable String match() {
    next = (next + 1) % inputs.length;
    return index.match(inputs[next]);
  }
}
