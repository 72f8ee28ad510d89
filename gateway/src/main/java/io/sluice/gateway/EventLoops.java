package io.sluice.gateway;

import io.netty.channel.IoEventLoop;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.Executor;

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
            threads, new DefaultThreadFactory("loop", Thread.MAX_PRIORITY), handlers) {
          @Override
          protected IoEventLoop newChild(
              Executor executor, IoHandlerFactory handlers, Object... none) {
            return new Loop(this, executor, handlers);
          }
        };
    for (EventExecutor loop : group) {
      loop.execute(() -> {}); // which starts it
    }
    return group;
  }

  /**
   * Closes its channels whenever it is told to end. Netty's own leaves them open when it is told so
   * while it runs a task (seen in 4.2.19), and what their handlers hold is lost.
   */
  private static final class Loop extends SingleThreadIoEventLoop {
    Loop(IoEventLoopGroup parent, Executor executor, IoHandlerFactory handlers) {
      super(parent, executor, handlers);
    }

    @Override
    protected void run() {
      try {
        super.run();
      } catch (Error end) {
        // Netty would end the loop with a line in the log, and its clients would wait for ever.
        var handler = Thread.getDefaultUncaughtExceptionHandler();
        if (handler != null) {
          handler.uncaughtException(Thread.currentThread(), end);
        }
        throw end;
      }
      ioHandler().prepareToDestroy();
    }
  }
}
