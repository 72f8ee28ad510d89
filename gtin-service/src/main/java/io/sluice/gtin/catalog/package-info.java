/**
 * From a GTIN to the item it identifies. Databases block, so every question is answered on a thread
 * of the catalogue's own; what was asked lately is answered at once.
 */
@NullMarked
package io.sluice.gtin.catalog;

import org.jspecify.annotations.NullMarked;
