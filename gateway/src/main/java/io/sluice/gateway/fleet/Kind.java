package io.sluice.gateway.fleet;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The kinds of objects in the tree, and the key of each. */
public enum Kind {
  LISTENER("ls", "listeners/", ""),
  HOST("ho", "hosts/", "/host"),
  BACKEND("be", "backends/", "/backend"),
  SERVER("srv", "backends/", "/servers/"),
  FRONTEND("fe", "frontends/", "/frontend"),
  MIDDLEWARE("mw", "frontends/", "/middlewares/"),
  GATEWAY("gw", "gateways/", ""),
  ROLLOUT("ro", "rollouts/", "");

  private static final String NAME = "([^/]+)";

  private final String brief;
  private final String before;
  private final String after;
  private final boolean owned;
  private final Pattern pattern;

  Kind(String brief, String before, String after) {
    this.brief = brief;
    this.before = before;
    this.after = after;
    this.owned = after.endsWith("/");
    this.pattern =
        Pattern.compile(Pattern.quote(before) + NAME + Pattern.quote(after) + (owned ? NAME : ""));
  }

  /**
   * The kind that people call so: in the singular or plural, or short, in any case.
   *
   * @throws IllegalArgumentException when there is none
   */
  public static Kind of(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    for (Kind kind : values()) {
      if (lower.equals(kind.toString()) || lower.equals(kind + "s") || lower.equals(kind.brief)) {
        return kind;
      }
    }
    throw new IllegalArgumentException(
        "found \"" + name + "\", expected one of " + List.of(values()));
  }

  /** As people write it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** How its ids look, for people. */
  public String idShape() {
    return owned ? "OWNER/ID" : "ID";
  }

  /** Whether an id has this kind's shape. */
  public boolean isId(String id) {
    return id.matches(owned ? "[^/]+/[^/]+" : "[^/]+");
  }

  /** The key of the object; the id of a server is {@code backend/server}. */
  public String key(String id) {
    int slash = id.indexOf('/');
    return owned
        ? before + id.substring(0, slash) + after + id.substring(slash + 1)
        : before + id + after;
  }

  /** The id in a key; null when the key is of another kind. */
  public @Nullable String findId(String key) {
    Matcher matcher = pattern.matcher(key);
    if (!matcher.matches()) {
      return null;
    }
    return owned ? matcher.group(1) + "/" + matcher.group(2) : matcher.group(1);
  }
}
