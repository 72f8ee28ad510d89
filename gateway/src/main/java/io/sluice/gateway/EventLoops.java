package io.sluice.gateway;

import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;

/**
 * Starts the threads that move traffic. They go before all others, so that a request does not wait
 * for a change of a thousand routes: the launcher gives every other thread of Java's a lower
 * priority in the kernel ({@code nice}).
 */
final class EventLoops {
  private EventLoops() {}

  /** To be called by the main thread: none can be less nice than the one that starts it. */
  static MultiThreadIoEventLoopGroup start(int threads, IoHandlerFactory handlers) {
    MultiThreadIoEventLoopGroup group =
        new MultiThreadIoEventLoopGroup(
            threads, new DefaultThreadFactory("loop", Thread.MAX_PRIORITY), handlers);
    for (EventExecutor loop : group) {
      loop.execute(() -> {}); // which starts it
    }
    return group;
  }
}
