/**
 * The API over HTTP, on Vert.x. Public: items and numbers, read only. Private: the same and the
 * metrics.
 *
 * <p>Handlers run on Vert.x' event loops and never block: the catalogue answers with a future.
 */
@NullMarked
package io.sluice.gtin.http;

import org.jspecify.annotations.NullMarked;
