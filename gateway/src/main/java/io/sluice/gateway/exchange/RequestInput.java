package io.sluice.gateway.exchange;

import io.netty.util.AsciiString;
import io.sluice.gateway.http.RequestHead;
import io.sluice.gateway.route.RouteInput;
import io.sluice.gateway.table.MatchFailures;
import org.jspecify.annotations.Nullable;

/** A request head as the route language sees it. */
public record RequestInput(RequestHead head, MatchFailures failures) implements RouteInput {
  @Override
  public AsciiString host() {
    return head.host();
  }

  @Override
  public AsciiString path() {
    return head.path();
  }

  @Override
  public AsciiString method() {
    return head.method();
  }

  @Override
  public @Nullable AsciiString header(CharSequence name) {
    return head.fields().first(name);
  }

  @Override
  public void failed(String route) {
    failures.add(route);
  }
}
