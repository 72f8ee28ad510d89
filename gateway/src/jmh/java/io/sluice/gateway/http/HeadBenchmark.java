package io.sluice.gateway.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
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

/** What reading and writing one head costs, with all its rules. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class HeadBenchmark {
  private final ByteBuf request =
      Unpooled.directBuffer()
          .writeBytes(
              ("GET /v1/items/9521000000018?x=1 HTTP/1.1\r\n"
                      + "Host: shop.example:8080\r\n"
                      + "User-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\n"
                      + "Accept: application/json\r\n"
                      + "Accept-Encoding: gzip, br\r\n"
                      + "Connection: keep-alive\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
  private final RequestReader reader = new RequestReader(HeadLimits.REQUEST);
  private final HeadWriter writer = new HeadWriter();
  private final ByteBuf out = Unpooled.directBuffer(4096);

  @Benchmark
  public RequestHead read() {
    reader.reset();
    request.readerIndex(0);
    reader.read(request);
    return reader.head();
  }

  @Benchmark
  public int readAndWrite() {
    RequestHead head = read();
    out.clear();
    writer.encode(head);
    writer.copyTo(out);
    return out.readableBytes();
  }
}
