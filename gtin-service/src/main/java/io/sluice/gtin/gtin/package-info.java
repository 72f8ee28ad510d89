/**
 * The trade item number itself and every form it arrives in. Outside this package there is only one
 * GTIN: a number below 10^14, shown as 14 digits.
 *
 * <p>Pure functions, any thread; imports nothing of ours.
 *
 * <pre>
 *   text ──▶ GtinReader ──▶ Reading: One | Several | Refused
 * </pre>
 */
@NullMarked
package io.sluice.gtin.gtin;

import org.jspecify.annotations.NullMarked;
