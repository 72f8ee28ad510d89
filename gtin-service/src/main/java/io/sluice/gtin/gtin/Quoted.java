package io.sluice.gtin.gtin;

import org.jspecify.annotations.Nullable;

/** What was found, in a message: a bounded part of it, however long it is. */
public final class Quoted {
  private static final int MOST_CHARACTERS = 80;

  private Quoted() {}

  public static String of(@Nullable Object value) {
    String text = String.valueOf(value);
    return text.length() > MOST_CHARACTERS ? text.substring(0, MOST_CHARACTERS) + "…" : text;
  }
}
