package io.sluice.gateway.wire;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.EventLoop;
import io.sluice.gateway.http.HeadWriter;
import io.sluice.gateway.memory.LoopLedger;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * What everything that lives on one event loop shares: its deadlines, its head writer, and what it
 * keeps for strangers. Event loop only, but for {@link #execute}.
 */
public final class Loop {
  /**
   * Where connections get their buffers. Netty's adaptive allocator, its default since 4.2, makes
   * and clears a new one for most reads of a large body, which cost a fifth of the processor.
   */
  public static final ByteBufAllocator BUFFERS = PooledByteBufAllocator.DEFAULT;

  private static final long TICK_MILLIS = 50;
  private static final int TICKS_A_LOOK = 5;

  private final EventLoop events;
  private final LoopLedger ledger;
  private final DeadlineWheel deadlines;
  private final HeadWriter heads = new HeadWriter();
  private int ticks;

  /**
   * @param clock nanoseconds of a clock that never goes back: all time of the loop is its
   */
  public Loop(EventLoop events, LoopLedger ledger, LongSupplier clock) {
    this.events = events;
    this.ledger = ledger;
    this.deadlines = new DeadlineWheel(TimeUnit.MILLISECONDS.toNanos(TICK_MILLIS), clock);
    var ticking =
        events.scheduleAtFixedRate(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    assert !ticking.isDone();
  }

  private void tick() {
    deadlines.advance();
    ticks = (ticks + 1) % TICKS_A_LOOK;
    if (ticks == 0) {
      ledger.look();
    }
  }

  /** Nanoseconds of the loop's clock. */
  public long now() {
    return deadlines.now();
  }

  /** Netty's own. */
  public EventLoop events() {
    return events;
  }

  /** Runs something on the loop, later. Any thread. */
  public void execute(Runnable task) {
    events.execute(task);
  }

  public LoopLedger ledger() {
    return ledger;
  }

  /** What writes heads. */
  public HeadWriter heads() {
    return heads;
  }

  public DeadlineWheel deadlines() {
    return deadlines;
  }
}
