/**
 * Rollouts: a frontend moved from one backend to another by steps, each measured over all gateways,
 * and taken back by itself when it does badly; a backend's servers replaced one by one.
 *
 * <p>The plan and how far it has come live in etcd, so the process that runs one may die and
 * another goes on. Plain, blocking code on the caller's thread.
 *
 * <pre>
 *   rollouts/&lt;id&gt;          plan, phase, step, timeline; changed by compare-and-swap, with the frontend
 *   rollouts/&lt;id&gt;/runner   who runs it, under a lease
 *   rollouts/&lt;id&gt;/history/ those before
 * </pre>
 */
@NullMarked
package io.sluice.gateway.rollout;

import org.jspecify.annotations.NullMarked;
