package io.sluice.gtin.http;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.AsyncFile;
import io.vertx.core.streams.WriteStream;
import org.jspecify.annotations.Nullable;

/** A file that takes so many bytes and then fails, with {@link Malformed}. */
final class LimitedFile implements WriteStream<Buffer> {
  private final AsyncFile file;
  private final long most;
  private long taken;

  LimitedFile(AsyncFile file, long most) {
    this.file = file;
    this.most = most;
  }

  /** What a body of so many bytes, or more, is answered. */
  static Malformed tooLarge(long found, long most) {
    return new Malformed(
        Problem.BODY_TOO_LARGE,
        "found " + found + " bytes, expected at most " + most + ": what there is room for");
  }

  @Override
  public Future<Void> write(Buffer piece) {
    taken += piece.length();
    return taken > most ? Future.failedFuture(tooLarge(taken, most)) : file.write(piece);
  }

  @Override
  public Future<Void> end() {
    return file.end();
  }

  @Override
  public WriteStream<Buffer> exceptionHandler(@Nullable Handler<Throwable> handler) {
    file.exceptionHandler(handler);
    return this;
  }

  @Override
  public WriteStream<Buffer> setWriteQueueMaxSize(int size) {
    file.setWriteQueueMaxSize(size);
    return this;
  }

  @Override
  public boolean writeQueueFull() {
    return file.writeQueueFull();
  }

  @Override
  public WriteStream<Buffer> drainHandler(@Nullable Handler<Void> handler) {
    file.drainHandler(handler);
    return this;
  }
}
