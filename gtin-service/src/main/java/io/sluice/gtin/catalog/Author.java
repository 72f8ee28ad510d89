package io.sluice.gtin.catalog;

/**
 * Who changes something.
 *
 * @param name as the one who asked is known
 * @param request the id of what was asked; empty where there is none
 */
public record Author(String name, String request) {}
