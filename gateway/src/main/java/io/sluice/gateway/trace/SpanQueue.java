package io.sluice.gateway.trace;

import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Spans on their way to a collector: a bounded queue and one thread. Whoever ends a span never
 * waits; what does not fit, or is not taken by the collector, is lost and counted.
 */
final class SpanQueue implements SpanProcessor {
  private static final Logger LOG = LoggerFactory.getLogger(SpanQueue.class);
  private static final int PLACES = 8_192;
  private static final int BATCH = 512;
  private static final Duration LOOK = Duration.ofMillis(500);
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final long STOP_MILLIS = 3_000;

  private final SpanExporter exporter;
  private final ArrayBlockingQueue<ReadableSpan> queue = new ArrayBlockingQueue<>(PLACES);
  private final LongAdder ended = new LongAdder();
  private final LongAdder lost = new LongAdder();
  private final Thread thread = Thread.ofPlatform().name("traces").daemon().unstarted(this::run);
  private volatile boolean stopping;
  private boolean complained;

  SpanQueue(SpanExporter exporter) {
    this.exporter = exporter;
    thread.start();
  }

  @Override
  public void onStart(Context parent, ReadWriteSpan span) {}

  @Override
  public boolean isStartRequired() {
    return false;
  }

  @Override
  public void onEnd(ReadableSpan span) {
    ended.increment();
    if (!queue.offer(span)) {
      lost.increment();
    }
  }

  @Override
  public boolean isEndRequired() {
    return true;
  }

  long ended() {
    return ended.sum();
  }

  long lost() {
    return lost.sum();
  }

  private void run() {
    List<ReadableSpan> taken = new ArrayList<>(BATCH);
    try {
      while (true) {
        boolean last = stopping;
        ReadableSpan first = queue.poll(last ? 0 : LOOK.toMillis(), TimeUnit.MILLISECONDS);
        if (first != null) {
          taken.add(first);
          queue.drainTo(taken, BATCH - 1);
          send(taken.stream().map(ReadableSpan::toSpanData).toList());
          taken.clear();
        } else if (last) {
          return;
        }
      }
    } catch (InterruptedException stopped) {
      lost.add(queue.size());
    }
  }

  private void send(List<SpanData> spans) {
    CompletableResultCode sent =
        exporter.export(spans).join(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    if (sent.isSuccess()) {
      complained = false;
      return;
    }
    lost.add(spans.size());
    if (!complained) {
      complained = true;
      Throwable why = sent.getFailureThrowable();
      LOG.warn(
          "the collector of --otlp does not take spans ({}): they are lost, and counted",
          why == null ? "no answer that says so" : String.valueOf(why.getMessage()));
    }
  }

  @Override
  public CompletableResultCode shutdown() {
    stopping = true;
    try {
      thread.join(STOP_MILLIS);
      thread.interrupt();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    return exporter.shutdown();
  }

  @Override
  public CompletableResultCode forceFlush() {
    return CompletableResultCode.ofSuccess();
  }
}
