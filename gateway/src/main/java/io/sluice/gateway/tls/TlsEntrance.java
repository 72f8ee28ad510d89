package io.sluice.gateway.tls;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.AbstractSniHandler;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The first handler of a connection over TLS: reads the name that the client asks for, puts the
 * handler for its certificate in its own place, and tells when the handshake is done.
 *
 * <p>The names are looked up when the client's first bytes are there, so every connection gets the
 * certificates of the table that serves then.
 */
public final class TlsEntrance extends AbstractSniHandler<Credential> {
  private static final Logger LOG = LoggerFactory.getLogger(TlsEntrance.class);
  private static final int MAX_CLIENT_HELLO_BYTES = 16 * 1024;
  private static final long HANDSHAKE_MILLIS = 10_000;

  private final Supplier<@Nullable ServerNames> names;
  private final Consumer<TlsSession> entered;
  private final Runnable refused;
  private boolean asksForProof;

  /**
   * @param names the certificates that there are now; null when TLS is not served any more
   * @param entered called when the handshake is done
   * @param refused called when it failed; the connection is closed
   */
  public TlsEntrance(
      Supplier<@Nullable ServerNames> names, Consumer<TlsSession> entered, Runnable refused) {
    super(MAX_CLIENT_HELLO_BYTES, HANDSHAKE_MILLIS);
    this.names = names;
    this.entered = entered;
    this.refused = refused;
  }

  @Override
  protected Future<Credential> lookup(ChannelHandlerContext ctx, @Nullable ByteBuf hello)
      throws Exception {
    ServerNames current = names.get();
    asksForProof =
        hello != null
            && current != null
            && current.hasProofs()
            && ProofCertificate.isAskedBy(hello);
    return super.lookup(ctx, hello);
  }

  @Override
  protected Future<Credential> lookup(ChannelHandlerContext ctx, @Nullable String name) {
    ServerNames current = names.get();
    Credential shown = current == null ? null : credential(current, name);
    return shown == null
        ? ctx.executor().newFailedFuture(new SSLHandshakeException("no certificate for " + name))
        : ctx.executor().newSucceededFuture(shown);
  }

  private @Nullable Credential credential(ServerNames current, @Nullable String written) {
    String name = written == null ? null : written.toLowerCase(Locale.ROOT);
    if (asksForProof) {
      return name == null ? null : current.proof(name);
    }
    return current.find(name);
  }

  @Override
  protected void onLookupComplete(
      ChannelHandlerContext ctx, @Nullable String name, Future<Credential> found) throws Exception {
    if (!found.isSuccess()) {
      LOG.debug("TLS refused: {}", String.valueOf(found.cause().getMessage()));
      refused.run();
      ctx.close();
      return;
    }
    Credential shown = found.getNow();
    SslHandler tls;
    try {
      tls = shown.handler(ctx.alloc(), HANDSHAKE_MILLIS);
    } catch (SSLException | RuntimeException unusable) {
      LOG.debug("host {}: {}", name, String.valueOf(unusable.getMessage()));
      refused.run();
      ctx.close();
      return;
    }
    tls.handshakeFuture()
        .addListener(
            handshake -> {
              if (handshake.isSuccess() && shown instanceof ServerIdentity identity) {
                ctx.pipeline().remove(Refusals.NAME);
                boolean http2 = ApplicationProtocolNames.HTTP_2.equals(tls.applicationProtocol());
                entered.accept(TlsSession.of(identity, tls.engine().getSession(), http2));
              } else {
                // An authority has seen all that it came for.
                if (!handshake.isSuccess()) {
                  refused.run();
                }
                ctx.channel().close();
              }
            });
    ctx.pipeline().addLast(Refusals.NAME, new Refusals());
    ctx.pipeline().replace(this, "tls", tls);
  }

  /**
   * The last handler until the handshake is done: what fails there is counted, and no more said.
   */
  private static final class Refusals extends ChannelInboundHandlerAdapter {
    static final String NAME = "refusals";

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      LOG.debug("TLS refused: {}", String.valueOf(cause.getMessage()));
      ctx.close();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    // Bytes that are not TLS, a hello that is too long, or a client that went away.
    if (!(cause instanceof DecoderException) && !(cause instanceof java.io.IOException)) {
      LOG.debug("TLS refused", cause);
    }
    refused.run();
    ctx.close();
  }
}
