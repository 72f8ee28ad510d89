package io.sluice.gateway.exchange;

import io.netty.buffer.ByteBuf;
import io.sluice.gateway.http.ClientClaims;
import io.sluice.gateway.http.Fields;
import io.sluice.gateway.http.HopByHop;
import io.sluice.gateway.http.Reason;
import io.sluice.gateway.memory.Budget;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The body of one request on its way from the client to a server.
 *
 * <pre>
 *   NOWHERE ──its backend is known──▶ Passing ──a stage wants it whole──▶ Holding
 *      ▲                              ▲    │                                │ it is
 *      │                 all was sent │    │                                ▼
 *      └── nobody wants the rest ─────┼────┴──────────────────────────── Sending
 *                                     └─────────────────────────────────────┘
 * </pre>
 *
 * <p>It is no larger than listener, frontend and stages allow, and the client is read no faster
 * than the server takes it and memory has room. Owned by its exchange; event loop only.
 */
final class RequestBody implements HeldBody.Owner {
  /** Where a piece goes that arrives now. */
  private sealed interface Course {
    /** Nobody takes it: it is dropped. */
    enum Dropped implements Course {
      NOWHERE
    }

    /** To the delivery, which keeps it until a server has the request. */
    record Passing(Delivery to) implements Course {}

    /** Into memory and onto disk, until all of it is there. */
    record Holding(Delivery to, HeldBody body) implements Course {}

    /** All of it has come, and goes on as the server takes it. */
    record Sending(Delivery to, HeldBody body) implements Course {}
  }

  private final Exchange exchange;
  private final ClientStream stream;
  private Course course = Course.Dropped.NOWHERE;

  /** What a stage wants it to be held by, once the request could be sent. */
  private @Nullable HeldBody wanted;

  private long mostBytes = Long.MAX_VALUE;
  private long bytes;
  private boolean passesTrailers;

  RequestBody(Exchange exchange, ClientStream stream) {
    this.exchange = exchange;
    this.stream = stream;
  }

  /** How much has come, in bytes. */
  long bytes() {
    return bytes;
  }

  /**
   * It may have so many bytes, and no more than others have said.
   *
   * @param most zero for as many as it wants
   */
  void mayHave(long most) {
    if (most > 0) {
      mostBytes = Math.min(mostBytes, most);
    }
  }

  boolean isTooLarge(long bytes) {
    return bytes > mostBytes;
  }

  /** It becomes one direction of a tunnel, which may be as long as both sides want. */
  void tunnels() {
    mostBytes = Long.MAX_VALUE;
  }

  /** A stage wants it whole before a server is asked; the first one says where it is held. */
  void hold(long most, int memBytes, Predicate<Runnable> disk) {
    mostBytes = Math.min(mostBytes, most);
    if (wanted == null) {
      wanted = new HeldBody(stream.pools().loop(), memBytes, disk, this);
    }
  }

  /**
   * It goes to a server by this delivery, which keeps what comes before there is one.
   *
   * @param trailers whether the server takes the client's, too
   */
  void goesTo(Delivery to, boolean trailers) {
    course = new Course.Passing(to);
    passesTrailers = trailers;
  }

  /** Whether it is to be held first, and is from now on; its exchange is told when it is whole. */
  boolean isHeldBack() {
    HeldBody holder = wanted;
    wanted = null;
    if (holder == null) {
      return false;
    }
    if (!(course instanceof Course.Passing(Delivery to)) || to.isRequestWhole()) {
      holder.close();
      return false;
    }
    course = new Course.Holding(to, holder);
    return true;
  }

  // From the client.

  void add(ByteBuf piece) {
    bytes += piece.readableBytes();
    if (course != Course.Dropped.NOWHERE && isTooLarge(bytes)) {
      piece.release();
      exchange.refuse(Reason.BODY_TOO_LARGE);
      return;
    }
    switch (course) {
      case Course.Dropped nowhere -> piece.release();
      case Course.Passing(Delivery to) -> {
        to.sendBody(piece);
        if (!mayBeRead(to.takesBody())) {
          stream.reading(false);
        }
      }
      case Course.Holding(Delivery to, HeldBody body) -> {
        if (!body.add(piece)) {
          exchange.refuse(Reason.OVERLOADED);
        }
      }
      case Course.Sending sending -> piece.release(); // Its end has come already.
    }
  }

  void end(Fields trailers) {
    switch (course) {
      case Course.Passing(Delivery to) -> {
        if (passesTrailers) {
          HopByHop.stripTrailers(trailers);
          ClientClaims.remove(trailers);
        }
        to.sendEnd(passesTrailers ? trailers : Fields.EMPTY);
      }
      case Course.Holding(Delivery to, HeldBody body) -> body.end();
      case Course.Sending ended -> {}
      case Course.Dropped nowhere -> {}
    }
  }

  /** All that the client's socket held for now has been added. */
  void pause() {
    if (course instanceof Course.Passing(Delivery to)) {
      to.flush();
    }
  }

  // From the server.

  /** The server takes more, or no longer. */
  void onServerTakes(boolean takes) {
    if (course instanceof Course.Passing) {
      stream.reading(mayBeRead(takes));
    } else if (takes && course instanceof Course.Sending(Delivery to, HeldBody body)) {
      body.next();
    }
  }

  /** Whether to go on reading the client, when the server could take what comes. */
  private boolean mayBeRead(boolean serverTakes) {
    return serverTakes && exchange.hasRoom(Budget.UNSENT);
  }

  /** Nobody wants the rest of it. */
  void drop() {
    if (wanted != null) {
      wanted.close();
      wanted = null;
    }
    Course before = course;
    course = Course.Dropped.NOWHERE;
    switch (before) {
      case Course.Holding(Delivery to, HeldBody body) -> body.close();
      case Course.Sending(Delivery to, HeldBody body) -> body.close();
      case Course.Passing passing -> {}
      case Course.Dropped nowhere -> {}
    }
  }

  // From where it is held.

  @Override
  public void onRoom(boolean room) {
    if (course instanceof Course.Holding) {
      stream.reading(room);
    }
  }

  @Override
  public void onWhole() {
    if (course instanceof Course.Holding(Delivery to, HeldBody body)) {
      course = new Course.Sending(to, body);
      exchange.onBodyWhole(bytes);
    }
  }

  @Override
  public void onPiece(@Nullable ByteBuf piece) {
    if (!(course instanceof Course.Sending(Delivery to, HeldBody body))) {
      if (piece != null) {
        piece.release();
      }
    } else if (piece == null) {
      course = new Course.Passing(to);
      body.close();
      to.sendEnd(Fields.EMPTY);
      to.flush();
    } else {
      to.sendBody(piece);
      to.flush();
      if (to.takesBody() && course instanceof Course.Sending) {
        body.next();
      }
    }
  }

  @Override
  public void onLost() {
    exchange.refuse(Reason.OVERLOADED);
  }
}
