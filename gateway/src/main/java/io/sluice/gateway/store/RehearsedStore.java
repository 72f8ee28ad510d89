package io.sluice.gateway.store;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.ResponseHeader;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * What answers reads as etcd does, on a free port of loopback, so that commands can be rehearsed
 * where there is no etcd. It takes no writes.
 */
public final class RehearsedStore implements AutoCloseable {
  private static final long REVISION = 7;

  private final Server server;

  private RehearsedStore(Server server) {
    this.server = server;
  }

  /**
   * Starts it.
   *
   * @param tree values by whole keys
   * @throws IOException when no port can be bound
   */
  public static RehearsedStore of(Map<String, String> tree) throws IOException {
    Server server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(new Reads(new TreeMap<>(tree)))
            .build();
    return new RehearsedStore(server.start());
  }

  /** Where it is. */
  public String url() {
    return "http://127.0.0.1:" + server.getPort();
  }

  @Override
  public void close() {
    server.shutdownNow();
  }

  private static final class Reads extends KVGrpc.KVImplBase {
    private final NavigableMap<String, String> tree;

    Reads(NavigableMap<String, String> tree) {
      this.tree = tree;
    }

    @Override
    public void range(RangeRequest request, StreamObserver<RangeResponse> client) {
      String from = request.getKey().toStringUtf8();
      String end = request.getRangeEnd().toStringUtf8();
      RangeResponse.Builder answer =
          RangeResponse.newBuilder()
              .setHeader(ResponseHeader.newBuilder().setRevision(REVISION).setClusterId(1));
      (end.isEmpty() ? tree.subMap(from, true, from, true) : tree.subMap(from, end))
          .forEach((key, value) -> answer.addKvs(keyValue(key, value)));
      client.onNext(answer.setCount(answer.getKvsCount()).build());
      client.onCompleted();
    }

    private static KeyValue keyValue(String key, String value) {
      return KeyValue.newBuilder()
          .setKey(ByteString.copyFromUtf8(key))
          .setValue(ByteString.copyFromUtf8(value))
          .setCreateRevision(1)
          .setModRevision(1)
          .setVersion(1)
          .build();
    }
  }
}
