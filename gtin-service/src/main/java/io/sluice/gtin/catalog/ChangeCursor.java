package io.sluice.gtin.catalog;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A place in the feed of changes, which is in the order of their numbers; that an import has run
 * comes first of all that has its number, the items that are new by it follow in the order of
 * theirs.
 *
 * @param change its number
 * @param gtin that of the item that was changed; {@link Change#IMPORT} for an import
 */
public record ChangeCursor(long change, long gtin) {
  private static final Pattern TEXT = Pattern.compile("([0-9]{1,18})(?:\\.([0-9]{1,14}))?");

  /** What {@link #text} has written; a change's number alone is behind all that has it. */
  public static Optional<ChangeCursor> find(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    String gtin = matcher.group(2);
    return Optional.of(
        new ChangeCursor(
            Long.parseLong(matcher.group(1)),
            gtin == null ? Long.MAX_VALUE : Long.parseLong(gtin)));
  }

  public String text() {
    return gtin == Long.MAX_VALUE ? Long.toString(change) : change + "." + gtin;
  }
}
