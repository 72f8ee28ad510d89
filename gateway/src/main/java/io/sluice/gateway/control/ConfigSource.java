package io.sluice.gateway.control;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where the key tree comes from. Used by the control thread only, but for {@link #status} and
 * {@link #accept}.
 */
public interface ConfigSource extends AutoCloseable {
  /**
   * Makes what was kept from an earlier life the tree that the source's is compared with. Before
   * the first {@link #await}; a source that is always there needs none.
   */
  default void continueFrom(Snapshot kept) {}

  /**
   * Waits until the tree differs from the one that was returned last, or is first known.
   *
   * @return the whole tree; null when nothing new came in time
   */
  @Nullable Snapshot await(Duration atMost) throws InterruptedException;

  /** How it stands with the source. Any thread. */
  SourceStatus status();

  /**
   * The operator's word that a tree which is held back is the right one. Any thread; without a held
   * tree it does nothing.
   */
  void accept();

  @Override
  void close();
}
