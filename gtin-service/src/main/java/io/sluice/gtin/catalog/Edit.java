package io.sluice.gtin.catalog;

import org.jspecify.annotations.Nullable;

/** What becomes of an item: null removes it, and for null there was none. */
public interface Edit {
  @Nullable Item of(@Nullable Item before) throws EditRefused;
}
