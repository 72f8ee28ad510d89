package io.sluice.gtin;

import io.sluice.gtin.catalog.CatalogueAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;

/** Where the catalogue is: the same options for every command. */
final class CatalogueOptions {
  private static final Logger LOG = LoggerFactory.getLogger(CatalogueOptions.class);

  @Option(
      names = "--catalogue",
      paramLabel = "FILE.db|URL",
      defaultValue = "catalogue.db",
      description =
          "SQLite file, which serve (with a demonstration in it) and import make if it is not"
              + " there, or jdbc:postgresql://host,replica/database?user=…, which many may share"
              + " (${DEFAULT-VALUE})")
  private String place = "catalogue.db";

  @Option(
      names = "--catalogue-password-file",
      paramLabel = "FILE",
      description = "file whose first line is the password of the database's user")
  private @Nullable Path passwordFile;

  /**
   * What was asked for.
   *
   * @throws IOException when the password's file cannot be read
   */
  CatalogueAddress address() throws IOException {
    if (passwordFile == null) {
      CatalogueAddress address = CatalogueAddress.of(place);
      if (address.tellsPassword()) {
        LOG.warn(
            "--catalogue: found a password, which every user of this machine can read in the list"
                + " of processes; expected --catalogue-password-file");
      }
      return address;
    }
    if (CatalogueAddress.of(place).tellsPassword()) {
      throw new IOException(
          "--catalogue: found a password beside --catalogue-password-file, expected one of them");
    }
    String password;
    try {
      password = Files.readString(passwordFile).lines().findFirst().orElse("");
    } catch (IOException unreadable) {
      throw new IOException("--catalogue-password-file: found no readable " + passwordFile);
    }
    if (password.isEmpty()) {
      throw new IOException("--catalogue-password-file: found no first line in " + passwordFile);
    }
    return new CatalogueAddress(place, password);
  }
}
