package io.sluice.gateway.control;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.ClientBuilder;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.WatchOption;
import io.sluice.gateway.config.KeyTree;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The three calls that following a tree takes, blocking and with time limits, on jetcd. */
final class EtcdClient implements AutoCloseable {
  private static final Duration CALL_LIMIT = Duration.ofSeconds(5);
  private static final int PAGE = 2_000;
  private static final int MOST_MESSAGE_BYTES = 64 * 1024 * 1024;
  private static final ByteSequence ZERO = ByteSequence.from(new byte[] {0});

  private final Client client;
  private final ByteSequence folder;
  private final int folderLength;

  /**
   * @throws IOException when a password or certificate file cannot be read
   */
  EtcdClient(EtcdSettings settings) throws IOException {
    this.folder = ByteSequence.from(settings.folder(), StandardCharsets.UTF_8);
    this.folderLength = settings.folder().length();
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
      builder.sslContext(
          context -> {
            if (settings.ca() != null) {
              context.trustManager(settings.ca().toFile());
            }
            if (settings.cert() != null && settings.key() != null) {
              context.keyManager(settings.cert().toFile(), settings.key().toFile());
            }
          });
    }
    this.client = builder.build();
  }

  /** What the store has newest under the folder, without the values. */
  record Position(long newestRevision, long count, long clusterId, long headerRevision) {}

  /**
   * Reads the whole tree at one revision, in pages.
   *
   * @throws IOException when the store cannot be reached or refuses
   */
  StoredTree list() throws IOException, InterruptedException {
    KeyTree tree = new KeyTree();
    ByteSequence end = prefixEnd();
    ByteSequence from = folder;
    long clusterId = 0;
    long revision = 0;
    GetResponse page;
    do {
      GetOption option =
          GetOption.builder().withRange(end).withLimit(PAGE).withRevision(revision).build();
      page = await(client.getKVClient().get(from, option));
      if (revision == 0) {
        revision = page.getHeader().getRevision();
        clusterId = page.getHeader().getClusterId();
      }
      for (KeyValue entry : page.getKvs()) {
        tree.put(relative(entry.getKey()), entry.getValue().getBytes());
        from = entry.getKey().concat(ZERO);
      }
    } while (page.isMore());
    tree.revision(revision);
    return new StoredTree(tree, clusterId);
  }

  /** Asks where the store stands, to compare with what the watch has told. */
  Position position() throws IOException, InterruptedException {
    GetOption option =
        GetOption.builder()
            .withRange(prefixEnd())
            .withKeysOnly(true)
            .withSortField(GetOption.SortTarget.MOD)
            .withSortOrder(GetOption.SortOrder.DESCEND)
            .withLimit(1)
            .build();
    GetResponse response = await(client.getKVClient().get(folder, option));
    List<KeyValue> newest = response.getKvs();
    return new Position(
        newest.isEmpty() ? 0 : newest.getFirst().getModRevision(),
        response.getCount(),
        response.getHeader().getClusterId(),
        response.getHeader().getRevision());
  }

  /**
   * Watches the folder from a revision on; what happens is told to the listener until it is closed.
   */
  Watch.Watcher watch(long fromRevision, Watch.Listener listener) {
    WatchOption option =
        WatchOption.builder()
            .withRange(prefixEnd())
            .withRevision(fromRevision)
            .withCreateNotify(true)
            .withRequireLeader(true)
            .build();
    return client.getWatchClient().watch(folder, option, listener);
  }

  /** A key without the folder. */
  String relative(ByteSequence key) {
    return key.toString(StandardCharsets.UTF_8).substring(folderLength);
  }

  @Override
  public void close() {
    client.close();
  }

  /** The folder ends in a slash, so the first key after it ends in the next character. */
  private ByteSequence prefixEnd() {
    byte[] end = folder.getBytes();
    end[end.length - 1]++;
    return ByteSequence.from(end);
  }

  private static <T> T await(CompletableFuture<T> call) throws IOException, InterruptedException {
    try {
      return call.get(CALL_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException failed) {
      Throwable cause = failed.getCause() == null ? failed : failed.getCause();
      throw new IOException(String.valueOf(cause.getMessage()), cause);
    } catch (TimeoutException slow) {
      call.cancel(true);
      throw new IOException("no answer within " + CALL_LIMIT.toSeconds() + " s", slow);
    }
  }

  private static ByteSequence bytes(String text) {
    return ByteSequence.from(text, StandardCharsets.UTF_8);
  }
}
