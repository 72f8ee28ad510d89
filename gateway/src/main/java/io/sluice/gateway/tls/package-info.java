/**
 * TLS on both sides: which certificate answers for a name, and how servers are checked.
 *
 * <p>Contexts are built by {@code table} on the control thread, or on their first use, and used by
 * {@code client} and {@code upstream} on the event loops. BoringSSL does the work where its library
 * can be loaded, the JDK elsewhere. A connection keeps the context that it began with, so a changed
 * certificate cuts nobody.
 */
@NullMarked
package io.sluice.gateway.tls;

import org.jspecify.annotations.NullMarked;
