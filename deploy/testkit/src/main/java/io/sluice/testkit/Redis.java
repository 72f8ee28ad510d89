package io.sluice.testkit;

import java.nio.file.Path;
import java.util.List;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** A real Redis on loopback, which a test may kill, hold still and start again. */
public final class Redis implements AutoCloseable {
  private static final String PASSWORD = "of-tests";

  private final Path directory = TestFolder.make("redis");
  private final int port = FreePort.next();
  private @Nullable Program process;

  private Redis() {}

  /** Starts one that wants a password and keeps nothing. */
  public static Redis start() {
    Redis redis = new Redis();
    redis.resume();
    return redis;
  }

  /** With its password. */
  public String url() {
    return "redis://:" + PASSWORD + "@127.0.0.1:" + port;
  }

  /** Starts it again, with nothing in it. */
  public void resume() {
    process =
        Program.start(
            directory.resolve("log"),
            List.of(
                Installed.program("redis-server", "redis-server"),
                "--port",
                Integer.toString(port),
                "--bind",
                "127.0.0.1",
                "--requirepass",
                PASSWORD,
                "--save",
                "",
                "--appendonly",
                "no",
                "--dir",
                directory.toString()));
    Awaitility.await().atMost(Patience.TIME).until(() -> FreePort.isTaken(port));
  }

  /** Ends it at once. */
  public void kill() {
    if (process != null) {
      process.kill();
      process = null;
    }
  }

  /** It keeps its connections and answers nobody, until {@link #wake}. */
  public void hold() {
    if (process != null) {
      process.hold();
    }
  }

  /** It goes on. */
  public void wake() {
    if (process != null) {
      process.wake();
    }
  }

  @Override
  public void close() {
    kill();
    TestFolder.remove(directory);
  }
}
