/**
 * What operators' commands and rollouts do with the store and the gateways that follow it: read a
 * tree from files or etcd, say what is wrong with it, change it by compare-and-swap, and wait until
 * every gateway serves the change.
 *
 * <p>Plain, blocking code on the caller's thread; never inside a running gateway.
 *
 * <pre>
 *   TreeFiles ──▶ tree ──▶ TreeCheck (problems) ──▶ TreeChanges ──▶ TreeCommit ──▶ etcd at revision R
 *                                                                                  │
 *   Fleet.await(R) ◀── gateways/&lt;id&gt;, what each gateway has applied ◀──────────────┘
 * </pre>
 */
@NullMarked
package io.sluice.gateway.fleet;

import org.jspecify.annotations.NullMarked;
