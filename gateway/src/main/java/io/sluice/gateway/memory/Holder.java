package io.sluice.gateway.memory;

/** A connection or stream that holds bytes for somebody who may be slow to take or to send them. */
public interface Holder {
  /** How many it holds now. */
  long holds();

  /** Ends, and with it what it holds: it stands in the way of everybody else. */
  void cut();
}
