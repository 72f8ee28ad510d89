package io.sluice.gateway.middleware;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.resource.Delay;
import io.netty.resolver.DefaultAddressResolverGroup;
import io.sluice.gateway.config.RateLimit.Rate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts in a Redis that all gateways of a fleet share: one round trip for each request that is
 * counted. Every gateway says every second that it lives, by which all know how many they are and
 * whose places still count. Who does not answer in a quarter of a second is away for the next
 * second.
 */
public final class RedisCounts implements FleetCounts, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RedisCounts.class);
  private static final Duration PATIENCE = Duration.ofMillis(250);
  private static final Duration CONNECT = Duration.ofSeconds(2);
  private static final Duration RECONNECT = Duration.ofMillis(500);
  private static final long AWAY_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long BEAT_MILLIS = 1_000;
  private static final int MOST_UNDER_WAY = 20_000;

  /**
   * Says that a gateway lives, and answers how many do. KEYS: the gateways, their lives. ARGV: the
   * one that beats, its life, and the life that it had before, whose places are free from now on.
   */
  private static final String BEAT =
      """
      local t = redis.call('TIME')
      local now = t[1] * 1000 + math.floor(t[2] / 1000)
      for i = 1, 2 do
        redis.call('ZADD', KEYS[i], now, ARGV[i])
        redis.call('ZREMRANGEBYSCORE', KEYS[i], '-inf', now - 10000)
        redis.call('PEXPIRE', KEYS[i], 60000)
      end
      redis.call('ZREM', KEYS[2], ARGV[3])
      return redis.call('ZCARD', KEYS[1])
      """;

  /**
   * Takes a token of each rate or none. What is kept for each period is how many tokens are used
   * and when that was written, so that rates may change. KEYS: the source at the limit. ARGV: for
   * each rate its period in microseconds, requests and burst. Answers the wait in microseconds, and
   * what is used of each.
   */
  private static final String TAKE =
      """
      local t = redis.call('TIME')
      local now = t[1] * 1000000 + t[2]
      local wait, used, lives = 0, {}, 1000
      for i = 1, #ARGV, 3 do
        local period, requests, burst = tonumber(ARGV[i]), tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2])
        local kept, u = redis.call('HGET', KEYS[1], ARGV[i]), 0
        if kept then
          local at = string.find(kept, ':', 1, true)
          u = tonumber(string.sub(kept, 1, at - 1)) - (now - tonumber(string.sub(kept, at + 1))) * requests / period
          u = math.min(burst, math.max(0, u))
        end
        used[#used + 1] = u
        if u + 1 > burst + 0.000001 then wait = math.max(wait, (u + 1 - burst) * period / requests) end
      end
      local answer = { string.format('%.0f', math.ceil(wait)) }
      for i = 1, #used do
        if wait == 0 then used[i] = used[i] + 1 end
        local at = i * 3 - 2
        redis.call('HSET', KEYS[1], ARGV[at], string.format('%.6f:%.0f', used[i], now))
        lives = math.max(lives, used[i] * tonumber(ARGV[at]) / tonumber(ARGV[at + 1]) / 1000)
        answer[#answer + 1] = string.format('%.6f', used[i])
      end
      if redis.call('HLEN', KEYS[1]) > 16 then
        local wanted = {}
        for i = 1, #ARGV, 3 do wanted[ARGV[i]] = true end
        for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
          if not wanted[field] then redis.call('HDEL', KEYS[1], field) end
        end
      end
      lives = math.max(math.ceil(lives) + 1000, redis.call('PTTL', KEYS[1]))
      redis.call('PEXPIRE', KEYS[1], string.format('%.0f', lives))
      return answer
      """;

  /**
   * Takes a place; those of gateways that do not live any more are free again. KEYS: the source at
   * the limit, the lives. ARGV: who asks, how many places there are.
   */
  private static final String ENTER =
      """
      local taken, all = 0, redis.call('HGETALL', KEYS[1])
      for i = 1, #all, 2 do
        if all[i] == ARGV[1] or redis.call('ZSCORE', KEYS[2], all[i]) then taken = taken + tonumber(all[i + 1])
        else redis.call('HDEL', KEYS[1], all[i]) end
      end
      if taken >= tonumber(ARGV[2]) then return 0 end
      redis.call('HINCRBY', KEYS[1], ARGV[1], 1)
      redis.call('PEXPIRE', KEYS[1], 86400000)
      return 1
      """;

  /** Gives a place back. KEYS: the source at the limit. ARGV: whose it was. */
  private static final String LEAVE =
      """
      if redis.call('HINCRBY', KEYS[1], ARGV[1], -1) <= 0 then redis.call('HDEL', KEYS[1], ARGV[1]) end
      return 0
      """;

  private final RedisURI uri;
  private final String prefix;
  private final String gateway;
  private final ClientResources resources;
  private final RedisClient client;
  private final ScheduledExecutorService beats =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("fleet-counts").daemon().factory());

  /** Anew with each connection: what was counted under the one before is over. */
  private volatile String life = "";

  /** The one before; the thread that beats alone. */
  private String before = "";

  /** Whether the log says already that nobody answers; the same thread's. */
  private boolean toldAway;

  private volatile @Nullable StatefulRedisConnection<String, String> connection;
  private volatile long awayUntil = System.nanoTime();
  private volatile boolean there;
  private volatile int gateways = 1;

  /** The life of which it is not known what it has. */
  private volatile String distrusted = "";

  /**
   * @param url such as {@code redis://:password@127.0.0.1:6379/0}; {@code rediss} for TLS
   * @param prefix of the tree that the gateways follow: fleets with other trees count by themselves
   * @param gateway the name of this one
   * @throws IllegalArgumentException when the URL is none
   */
  public RedisCounts(String url, String prefix, String gateway) {
    this.uri = RedisURI.create(url);
    this.prefix = "sluice:" + prefix.replaceAll("^/+|/+$", "") + ":";
    this.gateway = gateway;
    uri.setTimeout(CONNECT);
    this.resources =
        DefaultClientResources.builder()
            .ioThreadPoolSize(2)
            .computationThreadPoolSize(2)
            .addressResolverGroup(DefaultAddressResolverGroup.INSTANCE)
            .reconnectDelay(Delay.constant(RECONNECT))
            .build();
    this.client = RedisClient.create(resources, uri);
    client.setOptions(
        ClientOptions.builder()
            .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
            .timeoutOptions(TimeoutOptions.enabled(PATIENCE))
            .requestQueueSize(MOST_UNDER_WAY)
            .socketOptions(SocketOptions.builder().connectTimeout(CONNECT).build())
            .build());
    var beating = beats.scheduleWithFixedDelay(this::beat, 0, BEAT_MILLIS, TimeUnit.MILLISECONDS);
    assert !beating.isCancelled();
  }

  /** Whether a text names a Redis; what it says of itself must not be shown, for its password. */
  public static boolean isUrl(String url) {
    try {
      return url.matches("rediss?://.+") && RedisURI.create(url).getHost() != null;
    } catch (IllegalArgumentException none) {
      return false;
    }
  }

  @Override
  public boolean isThere() {
    return there && System.nanoTime() - awayUntil >= 0;
  }

  @Override
  public int gateways() {
    return gateways;
  }

  private void beat() {
    try {
      StatefulRedisConnection<String, String> known = connection;
      if (known == null) {
        known = client.connect(StringCodec.UTF8);
        connection = known;
      }
      if (!there || life.equals(distrusted)) {
        before = life;
        life = gateway + "@" + UUID.randomUUID();
      }
      Long alive =
          this.<Long>run(
                  BEAT,
                  ScriptOutputType.INTEGER,
                  List.of(prefix + "gateways", prefix + "lives"),
                  gateway,
                  life,
                  before)
              .toCompletableFuture()
              .get(CONNECT.toMillis(), TimeUnit.MILLISECONDS);
      int counted = gateways;
      gateways = Math.max(1, Math.toIntExact(alive));
      if (toldAway || gateways != counted) {
        LOG.info("Redis at {} counts for {} gateways", address(), gateways);
      }
      toldAway = false;
      there = true;
      // Whoever has lost an answer meanwhile is not to be overwritten.
      there = !life.equals(distrusted);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    } catch (Exception away) {
      if (!toldAway) {
        LOG.warn(
            "Redis at {} does not answer ({}): each of {} gateways allows its part",
            address(),
            reason(away),
            gateways);
        toldAway = true;
      }
      there = false;
    }
  }

  /** Where it is, without its password. */
  public String address() {
    return uri.getHost() + ":" + uri.getPort();
  }

  private static String reason(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause.getClass().getSimpleName();
  }

  @Override
  public CompletionStage<Taken> take(String limit, String source, List<Rate> rates) {
    List<String> arguments = new ArrayList<>(rates.size() * 3);
    for (Rate rate : rates) {
      arguments.add(Long.toString(TimeUnit.SECONDS.toMicros(rate.period().toSeconds())));
      arguments.add(Long.toString(rate.requests()));
      arguments.add(Long.toString(rate.burst()));
    }
    return this.<List<String>>run(
            TAKE,
            ScriptOutputType.MULTI,
            List.of(prefix + "rate:" + limit + ":" + source),
            arguments.toArray(String[]::new))
        .thenApply(
            answer ->
                new Taken(
                    TimeUnit.MICROSECONDS.toNanos(Long.parseLong(answer.getFirst())),
                    answer.stream().skip(1).map(Double::valueOf).toList()));
  }

  @Override
  public CompletionStage<Place> enter(String limit, String source, int most) {
    String key = prefix + "places:" + limit + ":" + source;
    String mine = life;
    return this.<Long>run(
            ENTER,
            ScriptOutputType.INTEGER,
            List.of(key, prefix + "lives"),
            mine,
            Integer.toString(most))
        .whenComplete((given, failure) -> trustIn(mine, failure))
        .thenApply(given -> new Held(key, mine, given == 1));
  }

  /**
   * What was asked of places and not answered may have been done or not: this life ends, and what
   * it has with it.
   */
  private void trustIn(String mine, @Nullable Throwable failure) {
    if (failure != null) {
      distrusted = mine;
      there = false;
    }
  }

  /** A place, which is given back once. */
  private final class Held implements Place {
    private final String key;
    private final String mine;
    private final boolean given;
    private final AtomicBoolean left = new AtomicBoolean();

    Held(String key, String mine, boolean given) {
      this.key = key;
      this.mine = mine;
      this.given = given;
    }

    @Override
    public boolean isGiven() {
      return given;
    }

    @Override
    public void leave() {
      if (given && !left.getAndSet(true)) {
        run(LEAVE, ScriptOutputType.INTEGER, List.of(key), mine)
            .whenComplete((done, failure) -> trustIn(mine, failure));
      }
    }
  }

  /** Runs a script that Redis knows by its digest, or else by its text. */
  private <T> CompletionStage<T> run(
      String script, ScriptOutputType type, List<String> keys, String... arguments) {
    StatefulRedisConnection<String, String> to = connection;
    if (to == null) {
      return CompletableFuture.failedFuture(new IllegalStateException("not connected"));
    }
    RedisAsyncCommands<String, String> redis = to.async();
    String[] names = keys.toArray(String[]::new);
    try {
      return evaluated(redis, script, type, names, arguments);
    } catch (RuntimeException refused) {
      return CompletableFuture.failedFuture(refused);
    }
  }

  private <T> CompletionStage<T> evaluated(
      RedisAsyncCommands<String, String> redis,
      String script,
      ScriptOutputType type,
      String[] names,
      String[] arguments) {
    return redis
        .<T>evalsha(redis.digest(script), type, names, arguments)
        .<CompletionStage<T>>handle(
            (answer, failure) -> {
              if (failure == null) {
                return CompletableFuture.completedFuture(answer);
              }
              if (cause(failure) instanceof RedisNoScriptException) {
                return redis.<T>eval(script, type, names, arguments);
              }
              awayUntil = System.nanoTime() + AWAY_NANOS;
              return CompletableFuture.failedFuture(failure);
            })
        .thenCompose(answer -> answer);
  }

  private static Throwable cause(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }

  @Override
  public void close() {
    beats.shutdownNow();
    client.shutdown(Duration.ZERO, PATIENCE);
    resources.shutdown(0, PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
  }
}
