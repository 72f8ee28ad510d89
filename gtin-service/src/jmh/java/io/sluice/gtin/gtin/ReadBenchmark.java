package io.sluice.gtin.gtin;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What reading one code costs, in the forms in which most of them come. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ReadBenchmark {
  private static final int MASK = 1023;

  private final String[] plain = new String[MASK + 1];
  private final String[] dashed = new String[MASK + 1];
  private final String[] elements = new String[MASK + 1];
  private int next;

  public ReadBenchmark() {
    Random random = new Random(1);
    for (int i = 0; i <= MASK; i++) {
      long body = 100_000_000_000L + random.nextLong(899_999_999_999L);
      String text = "" + body + Gtin.checkDigit(body);
      plain[i] = text;
      dashed[i] = text.substring(0, 3) + "-" + text.substring(3, 8) + "-" + text.substring(8);
      elements[i] = "(01)0" + text + "(10)A1";
    }
  }

  @Benchmark
  public long plainNumber() {
    return PlainNumber.read(plain[next++ & MASK]);
  }

  @Benchmark
  public Reading plain() {
    return GtinReader.read(plain[next++ & MASK]);
  }

  @Benchmark
  public Reading dashed() {
    return GtinReader.read(dashed[next++ & MASK]);
  }

  @Benchmark
  public Reading elementString() {
    return GtinReader.read(elements[next++ & MASK]);
  }
}
