package io.sluice.gateway.admin;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Who may use the admin API: lines of {@code TOKEN read} or {@code TOKEN write}, which clients send
 * as {@code Authorization: Bearer TOKEN} (RFC 6750 section 2.1). Immutable.
 */
public final class AdminTokens {
  /** What a caller may do. */
  enum Role {
    NONE,
    READ,
    WRITE
  }

  private static final String BEARER = "bearer ";
  private static final int LEAST_CHARS = 16;

  private record Entry(String token, Role role) {
    boolean is(String shown) {
      return MessageDigest.isEqual(bytes(token), bytes(shown));
    }

    private static byte[] bytes(String text) {
      return text.getBytes(StandardCharsets.UTF_8);
    }
  }

  private final List<Entry> entries = new ArrayList<>();
  private final Role others;

  /**
   * @param others what whoever shows none of them may do
   */
  private AdminTokens(Role others) {
    this.others = others;
  }

  /**
   * Anybody may do anything: for an address that only this machine, or its operator's decision,
   * opens.
   */
  public static AdminTokens none() {
    return new AdminTokens(Role.WRITE);
  }

  /** Nobody may do anything by a token. */
  public static AdminTokens nobody() {
    return new AdminTokens(Role.NONE);
  }

  /**
   * Reads a file of tokens.
   *
   * @throws IOException when it cannot be read, or a line is none of these
   */
  public static AdminTokens read(Path file) throws IOException {
    if (!Files.isReadable(file)) {
      throw new IOException("found no file " + file + " that may be read");
    }
    AdminTokens tokens = new AdminTokens(Role.NONE);
    int number = 0;
    for (String line : Files.readAllLines(file)) {
      number++;
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      String[] parts = line.strip().split("\\s+", -1);
      String role = parts.length == 2 ? parts[1].toLowerCase(Locale.ROOT) : "";
      boolean readable = role.equals("read") || role.equals("write");
      if (!readable || parts[0].length() < LEAST_CHARS) {
        throw new IOException(
            file
                + " line "
                + number
                + ": found no token of at least "
                + LEAST_CHARS
                + " characters with its role, expected TOKEN read or TOKEN write");
      }
      tokens.entries.add(new Entry(parts[0], role.equals("read") ? Role.READ : Role.WRITE));
    }
    if (tokens.entries.isEmpty()) {
      throw new IOException(file + ": found no token, expected lines of TOKEN read or TOKEN write");
    }
    return tokens;
  }

  /** What the value of an Authorization field allows; all are compared in the same time. */
  Role role(String authorization) {
    boolean bearer = authorization.toLowerCase(Locale.ROOT).startsWith(BEARER);
    String shown = bearer ? authorization.substring(BEARER.length()).strip() : "";
    Role role = others;
    for (Entry entry : entries) {
      role = entry.is(shown) ? entry.role : role;
    }
    return role;
  }
}
