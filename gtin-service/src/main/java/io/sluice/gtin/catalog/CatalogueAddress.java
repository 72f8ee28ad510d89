package io.sluice.gtin.catalog;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a catalogue is.
 *
 * @param place an SQLite file, or {@code jdbc:postgresql://host,replica/database?user=…}
 * @param password the database's user's; null where the place has it, or none is wanted
 */
public record CatalogueAddress(String place, @Nullable String password) {
  private static final String POSTGRES = "jdbc:postgresql:";
  private static final Pattern SECRET =
      Pattern.compile("([?&](?:user|[^=&]*pass[^=&]*)=)[^&]*", Pattern.CASE_INSENSITIVE);
  private static final Pattern PASSWORD =
      Pattern.compile("[?&](?:ssl)?password=", Pattern.CASE_INSENSITIVE);

  /** One that needs no password beside it. */
  public static CatalogueAddress of(String place) {
    return new CatalogueAddress(place, null);
  }

  /** Whether it is a database that many may share. */
  public boolean isShared() {
    return place.startsWith(POSTGRES);
  }

  /** Whether a file is the catalogue itself, or one that belongs to it. */
  public boolean isAt(Path file) throws IOException {
    if (isShared()) {
      return false;
    }
    for (String behind : List.of("", "-wal", "-shm", "-journal")) {
      Path own = Path.of(place + behind);
      boolean same =
          (Files.exists(own) && Files.exists(file))
              ? Files.isSameFile(own, file)
              : own.toAbsolutePath().normalize().equals(file.toAbsolutePath().normalize());
      if (same) {
        return true;
      }
    }
    return false;
  }

  /** Whether it names several servers: a primary and its replicas, in any order. */
  public boolean isReplicated() {
    return isShared() && place.matches("[^?]*//[^/?]*,[^/?]*(/.*)?");
  }

  /** Whether the place itself tells a password, as other users of the machine see. */
  public boolean tellsPassword() {
    return isShared() && PASSWORD.matcher(place).find();
  }

  /** The place without what is nobody's business: user and passwords. */
  @Override
  public String toString() {
    Matcher secret = SECRET.matcher(place);
    return isShared() ? secret.replaceAll("$1…") : place;
  }
}
