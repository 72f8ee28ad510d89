package io.sluice.gateway.client;

import io.sluice.gateway.config.ClientTimeouts;
import io.sluice.gateway.wire.DeadlineWheel;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * How long a client may take for what its connection or stream waits for. One deadline, set anew
 * whenever that changes; owned by the connection or stream, event loop only.
 *
 * <p>A client that has to read is judged by progress: as long as the socket takes some of what
 * waits for it, it gets another turn.
 */
final class ClientDeadline {
  /** What a connection waits for. */
  enum Wait {
    /** The first byte of a request. */
    NEXT_REQUEST,
    /**
     * The same on a connection that is to end. A request may be on its way while it does, so the
     * client gets a moment from its last response on.
     */
    LAST_REQUEST,
    /** The end of a request's head, from its first byte. */
    HEAD,
    /** More of a request's body. */
    BODY,
    /** That either side sends more of what both have begun. */
    STREAM,
    /** That the client takes some of its response. */
    READING,
    /** That the client closes, after the last response was sent. */
    GOODBYE,
    /** Nothing of the client's: it is the server's turn, which its own connection watches. */
    NOTHING
  }

  private static final long LAST_CHANCE_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long GOODBYE_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final ClientTimeouts timeouts;
  private final DeadlineWheel wheel;
  private final DeadlineWheel.Deadline deadline;
  private final LongSupplier unread;
  private final Consumer<Wait> expired;
  private Wait current = Wait.NOTHING;
  private long unreadBefore;
  private long beganAt;

  /**
   * @param unread how many bytes the client has not taken yet
   * @param expired called with what did not happen in time
   */
  ClientDeadline(
      ClientTimeouts timeouts, DeadlineWheel wheel, LongSupplier unread, Consumer<Wait> expired) {
    this.timeouts = timeouts;
    this.wheel = wheel;
    this.deadline = wheel.deadline(this::onDeadline);
    this.unread = unread;
    this.expired = expired;
  }

  /**
   * From now on this is waited for. Waiting on for the client to read does not begin its time
   * again.
   */
  void expect(Wait wait) {
    if (wait == Wait.READING && current == Wait.READING) {
      return;
    }
    current = wait;
    if (wait == Wait.NOTHING) {
      deadline.cancel();
    } else {
      begin();
    }
  }

  /** The request that is waited for is the last one that the client may begin. */
  void expectNoOther() {
    if (current == Wait.NEXT_REQUEST) {
      current = Wait.LAST_REQUEST;
      deadline.shorten(Math.max(0, timeouts.idle().toNanos() - LAST_CHANCE_NANOS));
    }
  }

  /** How long the client has not done what is waited for; 0 where nothing of its is. */
  long stalledNanos() {
    boolean moves = current == Wait.READING && unread.getAsLong() < unreadBefore;
    return current == Wait.NOTHING || moves ? 0 : wheel.now() - beganAt;
  }

  /** It is not waited for any longer: what would have happened in time happens now. */
  void giveUp() {
    if (current != Wait.NOTHING) {
      expired.accept(current);
    }
  }

  /** Nothing is waited for any more, for good. */
  void remove() {
    current = Wait.NOTHING;
    deadline.remove();
  }

  private void begin() {
    if (current == Wait.READING) {
      unreadBefore = unread.getAsLong();
    }
    beganAt = deadline.in(nanos());
  }

  private long nanos() {
    return switch (current) {
      case NEXT_REQUEST -> timeouts.idle().toNanos();
      case LAST_REQUEST -> LAST_CHANCE_NANOS;
      case HEAD -> timeouts.head().toNanos();
      case BODY -> timeouts.body().toNanos();
      case STREAM -> timeouts.streamIdle().toNanos();
      case READING -> timeouts.write().toNanos();
      case GOODBYE -> GOODBYE_NANOS;
      case NOTHING -> throw new IllegalStateException("nothing is waited for");
    };
  }

  private void onDeadline() {
    if (current == Wait.READING && unread.getAsLong() < unreadBefore) {
      begin();
    } else {
      expired.accept(current);
    }
  }
}
