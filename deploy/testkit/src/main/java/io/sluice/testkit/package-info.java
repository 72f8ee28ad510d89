/**
 * What the tests of both modules share: a real etcd, real processes, and the checks of the code's
 * shape.
 */
@NullMarked
package io.sluice.testkit;

import org.jspecify.annotations.NullMarked;
