package io.sluice.gateway.client;

/** One connection of a client, whatever protocol it speaks. Event loop only. */
interface ClientConnection {
  BoundSocket socket();

  /** Ends the connection as soon as no exchange is under way, nor may be on its way here. */
  void closeWhenIdle();

  /**
   * How long it has had no exchange, nor the beginning of one, in nanoseconds; negative where it
   * has.
   */
  long idleNanos();

  /** Makes room for others: ends now, with no exchange under way. */
  void closeIdle();

  /**
   * Ends the exchanges whose client has not done its part for so many nanoseconds.
   *
   * @param ofCrowded only those to backends that have their part of all exchanges
   */
  void shed(long stalledNanos, boolean ofCrowded);
}
