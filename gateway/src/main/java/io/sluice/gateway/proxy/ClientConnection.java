package io.sluice.gateway.proxy;

/** One connection of a client, whatever protocol it speaks. Event loop only. */
interface ClientConnection {
  BoundSocket socket();

  /** Ends the connection as soon as no exchange is under way, nor may be on its way here. */
  void closeWhenIdle();
}
