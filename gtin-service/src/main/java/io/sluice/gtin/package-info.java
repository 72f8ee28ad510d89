/**
 * The GTIN lookup service: the one place that knows everyone.
 *
 * <pre>
 *   3  (root)                Main, ServeCommand, GtinService, Settings
 *   2  http | registration   the API | announces itself in etcd
 *   1  catalog               GTIN to item
 *   0  gtin                  the number itself
 * </pre>
 *
 * An import only goes down.
 */
@NullMarked
package io.sluice.gtin;

import org.jspecify.annotations.NullMarked;
