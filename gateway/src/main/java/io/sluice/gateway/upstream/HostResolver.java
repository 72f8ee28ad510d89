package io.sluice.gateway.upstream;

import com.github.benmanes.caffeine.cache.AsyncLoadingCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.Security;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Finds the addresses of servers that are written by name, off the event loops, with the system's
 * resolver.
 *
 * <p>An answer is used for ten seconds. Then the name is looked up again, in the background at
 * first; an answer of more than {@link #STALE} is waited for. Where a lookup fails, the last answer
 * is used for ten minutes more, since a resolver that is away says nothing about a server. Any
 * thread.
 */
public final class HostResolver {
  /** How long after a name has changed its last address may be used. */
  public static final Duration STALE = Duration.ofSeconds(20);

  private static final Duration FRESH = Duration.ofSeconds(10);
  private static final Duration PATIENCE = Duration.ofSeconds(2);
  private static final Duration USABLE = Duration.ofMinutes(10);
  private static final int MAX_NAMES = 100_000;

  static {
    // The JVM would keep answers for half a minute of its own.
    Security.setProperty("networkaddress.cache.ttl", "0");
    Security.setProperty("networkaddress.cache.negative.ttl", "0");
  }

  /** Asks the system, blocking. */
  interface Lookup {
    /** All addresses of a host, in the order in which they are to be tried. */
    List<InetAddress> of(String host) throws UnknownHostException;
  }

  private record Answer(List<InetAddress> addresses, long at) {}

  private final AsyncLoadingCache<String, Answer> answers;
  private final LongSupplier clock;

  public HostResolver() {
    this(
        host -> List.of(InetAddress.getAllByName(host)),
        System::nanoTime,
        Executors.newVirtualThreadPerTaskExecutor());
  }

  /**
   * @param clock nanoseconds of a clock that never goes back
   */
  HostResolver(Lookup lookup, LongSupplier clock, Executor executor) {
    this.clock = clock;
    this.answers =
        Caffeine.newBuilder()
            .maximumSize(MAX_NAMES)
            .refreshAfterWrite(FRESH)
            .expireAfterWrite(USABLE)
            .ticker(clock::getAsLong)
            .executor(executor)
            .buildAsync(host -> answer(lookup, host));
  }

  private Answer answer(Lookup lookup, String host) {
    try {
      return new Answer(lookup.of(host), clock.getAsLong());
    } catch (UnknownHostException unknown) {
      throw new CompletionException(unknown);
    }
  }

  /**
   * The addresses of a host, one at least; complete at once for an address in digits, and the same
   * list as long as nothing has changed. Fails with {@link UnknownHostException} as the cause.
   */
  public CompletableFuture<List<InetAddress>> resolve(String host) {
    byte[] digits = NetUtil.createByteArrayFromIpAddressString(host);
    if (digits != null) {
      try {
        return CompletableFuture.completedFuture(List.of(InetAddress.getByAddress(host, digits)));
      } catch (UnknownHostException neverForDigits) {
        return CompletableFuture.failedFuture(neverForDigits);
      }
    }
    CompletableFuture<Answer> known = answers.get(host);
    if (!known.isDone() || known.isCompletedExceptionally()) {
      return known.thenApply(Answer::addresses);
    }
    Answer last = known.join();
    if (clock.getAsLong() - last.at < STALE.toNanos()) {
      return CompletableFuture.completedFuture(last.addresses);
    }
    return answers
        .synchronous()
        .refresh(host)
        .handle((fresh, failure) -> failure == null ? fresh.addresses : last.addresses)
        .completeOnTimeout(last.addresses, PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
  }
}
