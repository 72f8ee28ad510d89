package io.sluice.gateway.upstream;

import com.github.benmanes.caffeine.cache.AsyncLoadingCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;

/**
 * Finds the addresses of servers that are written by name, off the event loops, with the system's
 * resolver.
 *
 * <p>An answer is used for ten seconds and refreshed in the background while it is asked for; a
 * failure is not kept. Any thread.
 */
public final class HostResolver {
  private static final Duration FRESH = Duration.ofSeconds(10);
  private static final Duration USABLE = Duration.ofMinutes(10);
  private static final int MAX_NAMES = 100_000;

  private final AsyncLoadingCache<String, InetAddress> addresses =
      Caffeine.newBuilder()
          .maximumSize(MAX_NAMES)
          .refreshAfterWrite(FRESH)
          .expireAfterWrite(USABLE)
          .executor(Executors.newVirtualThreadPerTaskExecutor())
          .buildAsync(HostResolver::lookUp);

  /**
   * The address of a host; complete at once for an address in digits. Fails with {@link
   * UnknownHostException} as the cause.
   */
  public CompletableFuture<InetAddress> resolve(String host) {
    byte[] digits = NetUtil.createByteArrayFromIpAddressString(host);
    if (digits == null) {
      return addresses.get(host);
    }
    try {
      return CompletableFuture.completedFuture(InetAddress.getByAddress(host, digits));
    } catch (UnknownHostException neverForDigits) {
      return CompletableFuture.failedFuture(neverForDigits);
    }
  }

  private static InetAddress lookUp(String host) {
    try {
      return InetAddress.getByName(host);
    } catch (UnknownHostException unknown) {
      throw new CompletionException(unknown);
    }
  }
}
