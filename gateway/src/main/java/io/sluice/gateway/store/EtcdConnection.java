package io.sluice.gateway.store;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.ClientBuilder;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.common.exception.ErrorCode;
import io.etcd.jetcd.common.exception.EtcdExceptionFactory;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.options.GetOption;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A client of one cluster and the tree's folder in it. Blocking calls with time limits. */
public final class EtcdConnection implements AutoCloseable {
  private static final Duration CALL_LIMIT = Duration.ofSeconds(5);
  private static final int PAGE = 2_000;

  /**
   * The process's first call also waits for the client to be loaded, which takes seconds of its own
   * on a busy machine. A store that is not there is known without it: by the connection.
   */
  private static final Duration FIRST_CALL_LIMIT = Duration.ofSeconds(20);

  private static volatile boolean answered;

  private static final int MOST_MESSAGE_BYTES = 16 * 1024 * 1024;
  private static final String NOT_TEXT = "not-utf-8:";
  private static final ByteSequence ZERO = ByteSequence.from(new byte[] {0});

  private final Client client;
  private final String folder;

  /** Where the store stood when it answered. */
  public record Header(long revision, long clusterId) {}

  /**
   * @throws IOException when a password or certificate file cannot be read
   */
  public EtcdConnection(EtcdSettings settings) throws IOException {
    // Names are resolved by the JDK: nothing here asks a DNS server by itself.
    System.setProperty("vertx.disableDnsResolver", "true");
    this.folder = settings.folder();
    ClientBuilder builder =
        Client.builder()
            .endpoints(settings.endpoints())
            .maxInboundMessageSize(MOST_MESSAGE_BYTES)
            .connectTimeout(Duration.ofSeconds(3))
            .keepaliveTime(Duration.ofSeconds(10))
            .keepaliveTimeout(Duration.ofSeconds(5))
            .keepaliveWithoutCalls(true)
            .waitForReady(false);
    if (settings.user() != null && settings.passwordFile() != null) {
      String password = Files.readString(settings.passwordFile()).lines().findFirst().orElse("");
      builder.user(bytes(settings.user())).password(bytes(password));
    }
    if (settings.endpoints().stream().map(URI::getScheme).anyMatch("https"::equals)) {
      try {
        builder.sslContext(
            context -> {
              if (settings.ca() != null) {
                context.trustManager(settings.ca().toFile());
              }
              if (settings.cert() != null && settings.key() != null) {
                context.keyManager(settings.cert().toFile(), settings.key().toFile());
              }
            });
      } catch (IllegalArgumentException unusable) {
        throw new IOException("etcd: " + unusable.getMessage(), unusable);
      }
    }
    this.client = builder.build();
  }

  public Client client() {
    return client;
  }

  /** The store's name for a key of the tree. */
  public ByteSequence key(String relative) {
    return bytes(folder + relative);
  }

  /**
   * Where there are keys though this folder is another: the same name with or without its first
   * slash, which Vulcand's default has not; empty where there are none, or nobody may look.
   */
  public String likelyMeant() throws InterruptedException {
    String other = folder.startsWith("/") ? folder.substring(1) : "/" + folder;
    GetOption any = GetOption.builder().isPrefix(true).withCountOnly(true).build();
    try {
      return other.length() > 1 && await(client.getKVClient().get(bytes(other), any)).getCount() > 0
          ? other
          : "";
    } catch (IOException refused) {
      return "";
    }
  }

  /** A key without the folder. */
  public String relative(ByteSequence key) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(key.getBytes()))
          .toString()
          .substring(folder.length());
    } catch (CharacterCodingException notText) {
      // Another name for each, so that they can be counted and complained about.
      return NOT_TEXT + HexFormat.of().formatHex(key.getBytes());
    }
  }

  /** The first key after all that begin with this folder of the tree; "" is the tree itself. */
  public ByteSequence end(String relativeFolder) {
    byte[] end = key(relativeFolder).getBytes();
    // A folder ends in a slash, so the first key after it ends in the next character.
    end[end.length - 1]++;
    return ByteSequence.from(end);
  }

  /**
   * Reads all keys of a folder of the tree at one revision, in pages; in smaller ones where many
   * keys do not fit into one answer.
   *
   * @throws IOException when the store cannot be reached or refuses
   */
  public Header scan(String relativeFolder, Consumer<KeyValue> each)
      throws IOException, InterruptedException {
    return scan(relativeFolder, 0, each);
  }

  /**
   * The same at a revision; 0 is the newest.
   *
   * @throws IOException also when the store has forgotten that revision (compaction)
   */
  public Header scan(String relativeFolder, long revision, Consumer<KeyValue> each)
      throws IOException, InterruptedException {
    ByteSequence end = end(relativeFolder);
    ByteSequence from = key(relativeFolder);
    Header header = new Header(revision, 0);
    int size = PAGE;
    GetResponse page;
    do {
      page = page(from, end, size, header.revision());
      if (page == null) {
        size = Math.max(1, size / 4);
        continue;
      }
      if (header.clusterId() == 0) {
        header =
            new Header(
                revision == 0 ? page.getHeader().getRevision() : revision,
                page.getHeader().getClusterId());
      }
      for (KeyValue entry : page.getKvs()) {
        each.accept(entry);
        from = entry.getKey().concat(ZERO);
      }
    } while (page == null || page.isMore());
    return header;
  }

  /** Some keys from one on; null when so many are too large for an answer. */
  private @Nullable GetResponse page(ByteSequence from, ByteSequence end, int size, long revision)
      throws IOException, InterruptedException {
    GetOption option =
        GetOption.builder().withRange(end).withLimit(size).withRevision(revision).build();
    try {
      return await(client.getKVClient().get(from, option));
    } catch (StoreAwayException away) {
      throw away;
    } catch (IOException refused) {
      if (size > 1 && isTooLarge(refused)) {
        return null;
      }
      throw refused;
    }
  }

  private static boolean isTooLarge(IOException refused) {
    Throwable cause = refused.getCause() == null ? refused : refused.getCause();
    return EtcdExceptionFactory.toEtcdException(cause).getErrorCode()
        == ErrorCode.RESOURCE_EXHAUSTED;
  }

  @Override
  public void close() {
    client.close();
  }

  /**
   * The answer.
   *
   * @throws StoreAwayException when there is none in time, or the store cannot answer just now
   * @throws IOException when it is a refusal
   */
  public static <T> T await(CompletableFuture<T> call) throws IOException, InterruptedException {
    Duration limit = answered ? CALL_LIMIT : FIRST_CALL_LIMIT;
    try {
      T answer = call.get(limit.toMillis(), TimeUnit.MILLISECONDS);
      answered = true;
      return answer;
    } catch (ExecutionException failed) {
      Throwable cause = failed.getCause() == null ? failed : failed.getCause();
      String message = String.valueOf(cause.getMessage());
      throw isAway(EtcdExceptionFactory.toEtcdException(cause).getErrorCode())
          ? new StoreAwayException(message, cause)
          : new IOException(message, cause);
    } catch (TimeoutException slow) {
      call.cancel(true);
      throw new StoreAwayException("no answer within " + limit.toSeconds() + " s", slow);
    }
  }

  /** Whether it is the store's state that is to blame, or the way to it. */
  private static boolean isAway(ErrorCode code) {
    return switch (code) {
      case UNAVAILABLE, DEADLINE_EXCEEDED, CANCELLED, ABORTED, INTERNAL, UNKNOWN -> true;
      default -> false;
    };
  }

  public static ByteSequence bytes(String text) {
    return ByteSequence.from(text, StandardCharsets.UTF_8);
  }
}
