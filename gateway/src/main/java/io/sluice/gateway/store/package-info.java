/**
 * etcd as a client sees it: one connection, the tree as commands read and change it, leases, and
 * who may do what. Blocking, with time limits; never on an event loop.
 */
@NullMarked
package io.sluice.gateway.store;

import org.jspecify.annotations.NullMarked;
