package io.sluice.gtin.catalog;

/**
 * How much there is of one kind of question.
 *
 * @param kind such as {@code searches}
 * @param underWay how many are being answered
 * @param waiting how many wait for a thread
 * @param refused how many were turned away since the start
 */
public record LaneStatus(String kind, int underWay, int waiting, long refused) {}
