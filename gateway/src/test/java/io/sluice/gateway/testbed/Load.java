package io.sluice.gateway.testbed;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/** Clients on real sockets that ask the same question over and over until they are stopped. */
public final class Load implements AutoCloseable {
  /** How long a client thinks: who asks without a pause leaves no processor to what it asks. */
  private static final long THOUGHT_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final List<Thread> clients = new ArrayList<>();
  private final AtomicLong answers = new AtomicLong();
  private final ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();
  private volatile boolean stopping;

  /**
   * Starts clients.
   *
   * @param right what every answer must be
   */
  public static Load start(int count, int port, String path, Predicate<Wire.Message> right) {
    Load load = new Load();
    for (int i = 0; i < count; i++) {
      int number = i;
      load.clients.add(
          Thread.ofVirtual().start(() -> load.ask(port, path + "?client=" + number, right)));
    }
    return load;
  }

  /** Answers that were right so far. */
  public long answers() {
    return answers.get();
  }

  /** Everything that went wrong so far. */
  public List<String> wrong() {
    return List.copyOf(wrong);
  }

  private void ask(int port, String path, Predicate<Wire.Message> right) {
    while (!stopping) {
      try (Wire client = Wire.connect(port)) {
        boolean open = true;
        while (open && !stopping) {
          client.send("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n");
          Wire.Message answer = client.message();
          if (answer == null) {
            wrong.add("the connection ended instead of an answer");
            return;
          }
          if (right.test(answer)) {
            answers.incrementAndGet();
          } else {
            wrong.add(answer.head().lines().findFirst().orElse("") + " " + answer.body());
          }
          open = !answer.closes();
          LockSupport.parkNanos(THOUGHT_NANOS);
        }
      } catch (RuntimeException failed) {
        wrong.add(failed.toString());
        return;
      }
    }
  }

  /** Stops all clients after the answer that each waits for. */
  @Override
  public void close() {
    stopping = true;
    for (Thread client : clients) {
      try {
        client.join();
      } catch (InterruptedException interrupted) {
        throw new AssertionError(interrupted);
      }
    }
  }
}
