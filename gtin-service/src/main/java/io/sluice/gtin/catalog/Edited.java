package io.sluice.gtin.catalog;

import org.jspecify.annotations.Nullable;

/** An item before and after an edit; null where there was none, or is none now. */
public record Edited(@Nullable Item before, @Nullable Item after) {}
