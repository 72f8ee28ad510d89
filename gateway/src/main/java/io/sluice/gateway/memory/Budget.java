package io.sluice.gateway.memory;

import java.util.Locale;

/**
 * The kinds of things that are kept on a stranger's behalf, and the share of the memory that each
 * may take. What is left is the gateway's own: buffers that are being read or written, the table,
 * the admin API.
 */
public enum Budget {
  /** Responses, and bytes of tunnels, that wait for a client to take them. */
  UNREAD(Memory.DIRECT, 40, false),

  /** Requests, and bytes of tunnels, that wait for a server to take them. */
  UNSENT(Memory.DIRECT, 15, false),

  /**
   * Input whose turn has not come: pipelined requests, what is sent before a tunnel stands, and
   * bodies that are kept for another try.
   */
  WAITING(Memory.DIRECT, 15, false),

  /** Exchanges under way, at a flat rate for each. */
  EXCHANGES(Memory.HEAP, 25, false),

  /** Request heads that are under way, and large ones of exchanges. */
  HEADS(Memory.HEAP, 20, false),

  /** Entries of the access log that are not written yet. */
  LOG(Memory.HEAP, 6, true),

  /** What limiters remember of sources. */
  SOURCES(Memory.HEAP, 10, true);

  /** Which memory a budget is a share of. */
  enum Memory {
    HEAP,
    DIRECT
  }

  private final Memory memory;
  private final int percent;
  private final boolean shared;

  /**
   * @param shared whether all threads take from one, instead of each event loop from its part
   */
  Budget(Memory memory, int percent, boolean shared) {
    this.memory = memory;
    this.percent = percent;
    this.shared = shared;
  }

  boolean isShared() {
    return shared;
  }

  /** How metrics and status call it. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Its share.
   *
   * @param heap the largest heap, in bytes
   * @param direct the most direct memory, in bytes
   */
  long most(long heap, long direct) {
    return (memory == Memory.HEAP ? heap : direct) / 100 * percent;
  }
}
