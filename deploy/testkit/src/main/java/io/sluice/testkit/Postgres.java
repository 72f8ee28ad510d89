package io.sluice.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** A real PostgreSQL on loopback, which a test may kill and start again. */
public final class Postgres implements AutoCloseable {
  private final Path directory;
  private final int port = FreePort.next();
  private @Nullable Program process;

  private Postgres(Path directory) {
    this.directory = directory;
  }

  /** Starts one with its data in a directory of its own. */
  public static Postgres start() {
    Postgres postgres = new Postgres(unprivilegedFolder("postgres"));
    Program.run(
        Patience.TIME,
        command("initdb", "-D", postgres.data(), "-U", "gtin", "-A", "trust", "-N", "-E", "UTF8")
            .toArray(new String[0]));
    postgres.resume();
    return postgres;
  }

  /** Starts one that follows another one, with all that this has. */
  public static Postgres startStandbyOf(Postgres primary) {
    Postgres standby = new Postgres(unprivilegedFolder("postgres"));
    standby.follow(primary);
    return standby;
  }

  /** Forgets what it has and follows another one; it does not run. */
  public void follow(Postgres primary) {
    Program.run(Patience.TIME, "rm", "-rf", data());
    Program.run(
        Patience.TIME,
        command(
                "pg_basebackup",
                "-h",
                "127.0.0.1",
                "-p",
                Integer.toString(primary.port),
                "-U",
                "gtin",
                "-D",
                data(),
                "-R",
                "-c",
                "fast",
                "-X",
                "stream")
            .toArray(new String[0]));
    resume();
  }

  /** From now on a transaction is acknowledged when a standby has it, or without one. */
  public void waitForStandby(boolean wait) {
    ask("ALTER SYSTEM SET synchronous_standby_names = '" + (wait ? "*" : "") + "'");
    ask("SELECT pg_reload_conf()");
  }

  /** Makes a standby the primary. */
  public void promote() {
    ask("SELECT pg_promote()");
    waitForStandby(false);
  }

  /** Of its one database, and of that of another server which is the same. */
  public String urlWith(Postgres other) {
    return "jdbc:postgresql://127.0.0.1:"
        + port
        + ",127.0.0.1:"
        + other.port
        + "/postgres?user=gtin";
  }

  /** Of its one database. */
  public String url() {
    return "jdbc:postgresql://127.0.0.1:" + port + "/postgres?user=gtin";
  }

  /** Starts it again on the data that is there. */
  public void resume() {
    Awaitility.await().atMost(Patience.TIME).until(this::comesUp);
  }

  /** What is left of one that was killed may be in its way for a moment. */
  private boolean comesUp() {
    if (process == null || !process.isAlive()) {
      process =
          Program.start(
              directory.resolve("log"),
              command(
                  "postgres",
                  "-D",
                  data(),
                  "-p",
                  Integer.toString(port),
                  "-h",
                  "127.0.0.1",
                  "-c",
                  "unix_socket_directories=",
                  "-c",
                  "fsync=off"));
    }
    try {
      Program.run(
          Patience.TIME,
          Installed.postgres("pg_isready"),
          "-h",
          "127.0.0.1",
          "-p",
          Integer.toString(port));
      return true;
    } catch (AssertionError notYet) {
      return false;
    }
  }

  /** From now on its user has to show this. */
  public void requirePassword(String password) {
    ask("ALTER ROLE gtin PASSWORD '" + password.replace("'", "''") + "'");
    try {
      Files.writeString(
          directory.resolve("data").resolve("pg_hba.conf"),
          "host all all 127.0.0.1/32 scram-sha-256\n");
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    ask("SELECT pg_reload_conf()");
  }

  private void ask(String statement) {
    Program.run(
        Patience.TIME,
        Installed.postgres("psql"),
        "-h",
        "127.0.0.1",
        "-p",
        Integer.toString(port),
        "-U",
        "gtin",
        "-d",
        "postgres",
        "-c",
        statement);
  }

  /** {@code kill -9}. */
  public void kill() {
    if (process != null) {
      process.kill();
    }
  }

  @Override
  public void close() {
    kill();
    TestFolder.remove(directory);
  }

  private String data() {
    return directory.resolve("data").toString();
  }

  /** A folder for a command that refuses to be run by root. */
  static Path unprivilegedFolder(String name) {
    Path folder = TestFolder.make(name);
    if (isRoot()) {
      Program.run(Patience.TIME, "chown", "postgres", folder.toString());
    }
    return folder;
  }

  /** A command that refuses to be run by root. */
  static List<String> unprivileged(String program, String... arguments) {
    List<String> command = new ArrayList<>();
    if (isRoot()) {
      command.addAll(
          List.of("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"));
    }
    command.add(program);
    command.addAll(Arrays.asList(arguments));
    return command;
  }

  /** Where it listens on loopback. */
  int port() {
    return port;
  }

  private static List<String> command(String program, String... arguments) {
    return unprivileged(Installed.postgres(program), arguments);
  }

  private static boolean isRoot() {
    return System.getProperty("user.name").equals("root");
  }
}
