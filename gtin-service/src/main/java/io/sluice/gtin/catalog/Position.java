package io.sluice.gtin.catalog;

/**
 * How far the shared catalogue is.
 *
 * @param version raised by one by every transaction that changes something
 * @param change the number of the last change in the history, which has those of single items
 */
record Position(long version, long change) {}
