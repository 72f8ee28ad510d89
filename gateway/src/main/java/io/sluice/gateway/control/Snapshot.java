package io.sluice.gateway.control;

import io.sluice.gateway.config.KeyTree;

/**
 * A tree and where it comes from.
 *
 * @param origin {@code etcd}, {@code folder} or {@code disk}
 * @param clusterId etcd's cluster id; 0 for a folder
 */
public record Snapshot(KeyTree tree, String origin, long clusterId) {
  static final String ETCD = "etcd";
  static final String FOLDER = "folder";
  static final String DISK = "disk";

  /** Another tree of the same origin. */
  Snapshot with(KeyTree next) {
    return new Snapshot(next, origin, clusterId);
  }

  /** Whether whoever has the other learns nothing from this one, not even a revision. */
  boolean saysNoMoreThan(Snapshot other) {
    return tree.hasSameValues(other.tree)
        && tree.revision() == other.tree.revision()
        && origin.equals(other.origin)
        && clusterId == other.clusterId;
  }
}
