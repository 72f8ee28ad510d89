package io.sluice.gateway.table;

/**
 * The table that serves now: one volatile field, written by the control thread, read once by every
 * exchange.
 */
public final class LiveTable {
  private volatile RoutingTable current = RoutingTable.EMPTY;

  public RoutingTable current() {
    return current;
  }

  /** Makes this the table for every exchange that begins from now on. Control thread only. */
  public void publish(RoutingTable table) {
    current = table;
  }
}
