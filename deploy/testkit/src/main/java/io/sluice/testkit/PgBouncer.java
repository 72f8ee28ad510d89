package io.sluice.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.awaitility.Awaitility;

/** A real PgBouncer on loopback. */
public final class PgBouncer implements AutoCloseable {
  /** How long a client keeps a session. */
  public enum Mode {
    SESSION,
    TRANSACTION
  }

  private final Path directory = Postgres.unprivilegedFolder("pgbouncer");
  private final int port = FreePort.next();
  private final Program process;

  private PgBouncer(Postgres server, Mode mode, int sessions) {
    Path settings = directory.resolve("pgbouncer.ini");
    try {
      Files.writeString(settings, settings(server, mode, sessions));
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    process =
        Program.start(
            directory.resolve("log"),
            Postgres.unprivileged(
                Installed.program("pgbouncer", "pgbouncer"), settings.toString()));
    Awaitility.await().until(() -> FreePort.isTaken(port));
  }

  /** Starts one before a server, on which it has no more sessions than so many. */
  public static PgBouncer before(Postgres server, Mode mode, int sessions) {
    return new PgBouncer(server, mode, sessions);
  }

  private String settings(Postgres server, Mode mode, int sessions) {
    return """
    [databases]
    postgres = host=127.0.0.1 port=%d user=gtin
    [pgbouncer]
    listen_addr = 127.0.0.1
    listen_port = %d
    unix_socket_dir =
    auth_type = any
    pool_mode = %s
    default_pool_size = %d
    ignore_startup_parameters = extra_float_digits
    """
        .formatted(server.port(), port, mode.name().toLowerCase(Locale.ROOT), sessions);
  }

  /** Of the server's one database. */
  public String url() {
    return "jdbc:postgresql://127.0.0.1:" + port + "/postgres?user=gtin";
  }

  @Override
  public void close() {
    process.close();
    TestFolder.remove(directory);
  }
}
