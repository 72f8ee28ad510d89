package io.sluice.gateway.wire;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.util.concurrent.ThreadAwareExecutor;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Netty's epoll with one fault mended (seen in 4.2.19 and 4.2.20): a channel that waits for nothing
 * is taken out of the epoll set and then waits in vain, with "epoll_ctl: No such file", for what it
 * wants next. That is every tunnel whose other side has ended its direction, as soon as that side
 * does not read as fast as it is written to.
 *
 * <p>Here such a channel gives its registration back, and gets another when it wants something.
 */
public final class EpollHandlers implements IoHandlerFactory {
  private final IoHandlerFactory netty = EpollIoHandler.newFactory();

  @Override
  public IoHandler newHandler(ThreadAwareExecutor executor) {
    return new Handler(netty.newHandler(executor));
  }

  @Override
  public boolean isChangingThreadSupported() {
    return netty.isChangingThreadSupported();
  }

  private record Handler(IoHandler netty) implements IoHandler {
    @Override
    public void initialize() {
      netty.initialize();
    }

    @Override
    public int run(IoHandlerContext context) {
      return netty.run(context);
    }

    @Override
    public void prepareToDestroy() {
      netty.prepareToDestroy();
    }

    @Override
    public void destroy() {
      netty.destroy();
    }

    @Override
    public IoRegistration register(IoHandle handle) throws Exception {
      return new Registration(netty, handle, netty.register(handle));
    }

    @Override
    public void wakeup() {
      netty.wakeup();
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> type) {
      return netty.isCompatible(type);
    }
  }

  /** On its event loop, but for {@link #isValid}. */
  private static final class Registration implements IoRegistration {
    private final IoHandler netty;
    private final IoHandle handle;
    private IoRegistration current;
    private boolean submitted;
    private boolean resting;
    private volatile boolean cancelled;

    Registration(IoHandler netty, IoHandle handle, IoRegistration first) {
      this.netty = netty;
      this.handle = handle;
      this.current = first;
    }

    @Override
    @SuppressWarnings("TypeParameterUnusedInFormals") // It is Netty's.
    public <T> T attachment() {
      return current.attachment();
    }

    @Override
    public long submit(IoOps ops) {
      boolean nothing = ops instanceof EpollIoOps wanted && wanted.value() == 0;
      if (cancelled) {
        return -1;
      }
      if (nothing && submitted) {
        if (!resting) {
          resting = true;
          current.cancel();
        }
        return 0;
      }
      if (resting) {
        current = again();
        resting = false;
      }
      submitted |= !nothing;
      return current.submit(ops);
    }

    private IoRegistration again() {
      try {
        return netty.register(handle);
      } catch (IOException failed) {
        throw new UncheckedIOException(failed);
      } catch (RuntimeException failed) {
        throw failed;
      } catch (Exception failed) {
        throw new IllegalStateException(failed);
      }
    }

    @Override
    public boolean isValid() {
      return !cancelled && (resting || current.isValid());
    }

    @Override
    public boolean cancel() {
      if (cancelled) {
        return false;
      }
      cancelled = true;
      return resting || current.cancel();
    }
  }
}
