package io.sluice.gateway.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sluice.gateway.memory.Bounded;
import io.sluice.gateway.memory.KeptBytes;
import io.sluice.gateway.wire.Loop;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A request's body that is held until it is here as a whole: its beginning in memory, the rest in a
 * file that has no name any more. One job at a time reads or writes the file, beside the event
 * loop, to which all else belongs.
 */
final class HeldBody {
  /** Who is told how it goes; on the event loop. */
  interface Owner {
    /** Whether more may come now. */
    void onRoom(boolean room);

    /** All of it is here. */
    void onWhole();

    /** Here is a piece of it, which is the owner's now; or its end, behind the last. */
    void onPiece(@Nullable ByteBuf piece);

    /** It cannot be kept. */
    void onLost();
  }

  private static final Logger LOG = LoggerFactory.getLogger(HeldBody.class);
  private static final int PIECE_BYTES = 128 * 1024;

  /** What all bodies of the process may take of the disk together. */
  private static final long MOST_ON_DISK = 8L * 1024 * 1024 * 1024;

  private static final AtomicLong ON_DISK = new AtomicLong();

  private final Loop loop;
  private final int memBytes;
  private final Predicate<Runnable> disk;
  private final Owner owner;

  @Bounded("by the stage's MemBytes, and by the budget of what waits")
  private final KeptBytes memory;

  /** What is still to be written. */
  @Bounded("by a piece, beyond which the client is not read, and the same budget")
  private final KeptBytes unwritten;

  private @Nullable FileChannel file;
  private long written;
  private long read;
  private long size;
  private boolean busy;
  private boolean ended;
  private boolean closed;

  /**
   * @param disk takes a job, or says that it has too many
   */
  HeldBody(Loop loop, int memBytes, Predicate<Runnable> disk, Owner owner) {
    this.loop = loop;
    this.memBytes = memBytes;
    this.disk = disk;
    this.owner = owner;
    this.memory = new KeptBytes(loop.ledger());
    this.unwritten = new KeptBytes(loop.ledger());
  }

  /** Takes a piece over; false where it cannot be kept. */
  boolean add(ByteBuf piece) {
    int bytes = piece.readableBytes();
    boolean inMemory = size + bytes <= memBytes;
    size += bytes;
    boolean kept = (inMemory ? memory : unwritten).add(piece);
    piece.release();
    if (kept && !inMemory) {
      owner.onRoom(unwritten.size() < PIECE_BYTES);
      kept = write();
    }
    return kept;
  }

  /** Nothing more comes. */
  void end() {
    ended = true;
    tellWhole();
  }

  private void tellWhole() {
    if (ended && !busy && unwritten.size() == 0) {
      owner.onWhole();
    }
  }

  /** Gives the next piece to its owner, at once or a little later. */
  void next() {
    if (busy || closed) {
      return;
    }
    if (memory.size() > 0) {
      owner.onPiece(memory.take());
    } else if (read >= written) {
      owner.onPiece(null);
    } else if (!run(this::readPiece)) {
      owner.onLost();
    }
  }

  private boolean write() {
    if (busy || unwritten.size() == 0) {
      return true;
    }
    ByteBuf job = unwritten.take();
    int bytes = job.readableBytes();
    if (ON_DISK.addAndGet(bytes) > MOST_ON_DISK) {
      ON_DISK.addAndGet(-bytes);
      job.release();
      LOG.warn("bodies that are held take all of the {} bytes that they may have", MOST_ON_DISK);
      return false;
    }
    written += bytes;
    boolean taken = run(() -> writePiece(job));
    if (!taken) {
      job.release();
    }
    return taken;
  }

  private boolean run(Runnable job) {
    busy = true;
    boolean taken = disk.test(job);
    busy = taken;
    return taken;
  }

  // Beside the event loop, one at a time.

  private void writePiece(ByteBuf job) {
    boolean good = true;
    try {
      FileChannel to = open();
      for (ByteBuffer bytes = job.nioBuffer(); bytes.hasRemaining(); ) {
        to.write(bytes);
      }
    } catch (IOException full) {
      LOG.warn("a body cannot be held on disk: {}", full.toString());
      good = false;
    }
    job.release();
    boolean kept = good;
    loop.execute(() -> done(kept, null));
  }

  private FileChannel open() throws IOException {
    FileChannel known = file;
    if (known == null) {
      Path path = Files.createTempFile("sluice-body", "");
      known = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
      Files.delete(path);
      file = known;
    }
    return known;
  }

  private void readPiece() {
    byte[] bytes = new byte[(int) Math.min(PIECE_BYTES, written - read)];
    ByteBuffer into = ByteBuffer.wrap(bytes);
    try {
      FileChannel from = open();
      while (into.hasRemaining() && from.read(into, read + into.position()) > 0) {
        // Until the piece is whole.
      }
    } catch (IOException broken) {
      LOG.warn("a body that is held cannot be read: {}", broken.toString());
    }
    boolean good = !into.hasRemaining();
    loop.execute(() -> done(good, Unpooled.wrappedBuffer(bytes)));
  }

  // The event loop again.

  private void done(boolean good, @Nullable ByteBuf piece) {
    busy = false;
    if (closed) {
      closeFile();
    } else if (!good) {
      owner.onLost();
    } else if (piece != null) {
      read += piece.readableBytes();
      owner.onPiece(piece);
    } else if (!write()) {
      owner.onLost();
    } else {
      owner.onRoom(unwritten.size() < PIECE_BYTES);
      tellWhole();
    }
  }

  /** Lets go of all of it. */
  void close() {
    if (!closed) {
      closed = true;
      memory.release();
      unwritten.release();
      if (!busy) {
        closeFile();
      }
    }
  }

  private void closeFile() {
    ON_DISK.addAndGet(-written);
    written = 0;
    FileChannel open = file;
    file = null;
    // Not on the event loop: what was written is thrown away then.
    if (open != null && !disk.test(() -> close(open))) {
      close(open);
    }
  }

  private static void close(FileChannel open) {
    try {
      open.close();
    } catch (IOException gone) {
      LOG.debug("a body's file", gone);
    }
  }
}
