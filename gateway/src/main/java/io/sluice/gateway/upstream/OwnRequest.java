package io.sluice.gateway.upstream;

import io.sluice.gateway.http.Reason;
import io.sluice.gateway.http.ResponseHead;
import io.sluice.gateway.wire.DeadlineWheel;
import org.jspecify.annotations.Nullable;

/**
 * A request of the gateway's own to one server, beside the exchanges of clients: what its life has,
 * whatever is asked. Ends once, within its time, and leaves nobody waiting. Event loop only.
 */
abstract class OwnRequest implements ConnectionWaiter, ResponseReceiver {
  protected final LoopPools pools;
  protected final Endpoint endpoint;
  private final DeadlineWheel.Deadline deadline;
  private @Nullable UpstreamStream stream;
  private boolean over;

  /**
   * @param late what is said when the time is over
   */
  OwnRequest(LoopPools pools, Endpoint endpoint, String late) {
    this.pools = pools;
    this.endpoint = endpoint;
    this.deadline = pools.loop().deadlines().deadline(() -> finish(late));
  }

  /** There is a way, which nothing was sent on yet. */
  abstract void connected(UpstreamStream way);

  /**
   * It is over; called once.
   *
   * @param how what went wrong; empty where nothing did
   */
  abstract void ended(String how);

  final void endsWithin(long nanos) {
    deadline.in(nanos);
  }

  final boolean isOver() {
    return over;
  }

  /** From now on the way is this one's, until the response has ended. */
  final void takes(UpstreamStream way) {
    stream = way;
  }

  /** Whether the way is still this one's: it may have failed while something was sent. */
  final boolean hasWay() {
    return stream != null;
  }

  /** The response has ended, and its way was given back. */
  final void answered(String how) {
    stream = null;
    finish(how);
  }

  final void finish(String how) {
    if (over) {
      return;
    }
    over = true;
    deadline.remove();
    if (stream != null) {
      UpstreamStream asked = stream;
      stream = null;
      asked.abort();
    } else {
      pools.giveUp(endpoint, this);
    }
    ended(how);
  }

  @Override
  public final void onConnected(UpstreamStream way) {
    if (over) {
      way.giveBack();
    } else {
      connected(way);
    }
  }

  @Override
  public final void onConnectFailed(Reason reason) {
    finish(reason.text());
  }

  @Override
  public final void onFailure(Reason reason, Seen seen) {
    answered(reason.text());
  }

  @Override
  public final void onInterim(ResponseHead head) {}

  @Override
  public final void onServerEnded() {}

  @Override
  public final void onPause() {}

  @Override
  public final void onWritabilityChanged(boolean writable) {}
}
