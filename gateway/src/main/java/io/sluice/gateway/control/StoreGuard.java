package io.sluice.gateway.control;

import io.sluice.gateway.config.KeyTree;
import java.util.Arrays;

/**
 * Tells a tree that continues the served one from a tree of a store that was lost, wiped or
 * swapped.
 */
final class StoreGuard {
  private static final String FRONTENDS = "frontends/";

  private StoreGuard() {}

  /**
   * Why the found tree must not simply be served, or empty. A tree with the same content is welcome
   * wherever it comes from.
   */
  static String doubt(Snapshot before, Snapshot found) {
    KeyTree served = before.tree();
    KeyTree tree = found.tree();
    long clusterId = before.clusterId();
    if (sameContent(served, tree)) {
      return "";
    }
    if (clusterId != 0 && found.clusterId() != clusterId) {
      return "it is another cluster's (found id "
          + Long.toHexString(found.clusterId())
          + ", expected "
          + Long.toHexString(clusterId)
          + ")";
    }
    if (tree.revision() < served.revision()) {
      return "its revision went back (found "
          + tree.revision()
          + ", expected at least "
          + served.revision()
          + ")";
    }
    if (frontends(tree) == 0 && frontends(served) > 0) {
      return "it has no frontend left (found 0, expected some of the "
          + frontends(served)
          + " served)";
    }
    return "";
  }

  /** What Sluice itself writes is not the operators' content. */
  static boolean sameContent(KeyTree one, KeyTree other) {
    return written(one) == written(other)
        && one.values().entrySet().stream()
            .filter(entry -> !KeyTree.isOurOwn(entry.getKey()))
            .allMatch(entry -> Arrays.equals(entry.getValue(), other.find(entry.getKey())));
  }

  private static long written(KeyTree tree) {
    return tree.values().keySet().stream().filter(key -> !KeyTree.isOurOwn(key)).count();
  }

  private static long frontends(KeyTree tree) {
    return tree.values().keySet().stream().filter(key -> key.startsWith(FRONTENDS)).count();
  }
}
