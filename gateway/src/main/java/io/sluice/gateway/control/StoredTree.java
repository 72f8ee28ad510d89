package io.sluice.gateway.control;

import io.sluice.gateway.config.KeyTree;

/**
 * A tree with the identity of the store that it came from.
 *
 * @param clusterId etcd's cluster id; 0 for a folder
 */
record StoredTree(KeyTree tree, long clusterId) {}
