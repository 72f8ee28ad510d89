package io.sluice.gateway.route;

import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/** The parts of a request that a route may look at. */
public interface RouteInput {
  /** In lower case, without a port. */
  AsciiString host();

  /** Percent-encoded, without the query; starts with a slash. */
  AsciiString path();

  AsciiString method();

  /** The value of the first header of this name, or null. */
  @Nullable AsciiString header(CharSequence name);

  /** A route could not be compared with this within the steps that it may take. */
  default void failed(String route) {}
}
