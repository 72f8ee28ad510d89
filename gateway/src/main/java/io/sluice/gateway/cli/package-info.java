/**
 * The {@code sluice} commands that talk to files, to etcd and to the admin API, never to a running
 * gateway's insides.
 */
@NullMarked
package io.sluice.gateway.cli;

import org.jspecify.annotations.NullMarked;
