package io.sluice.gtin.http;

import io.vertx.ext.web.RoutingContext;

/** A part of a request that is not what it has to be. */
final class Malformed extends Exception {
  private static final long serialVersionUID = 1;

  private final Problem problem;
  private final String detail;

  /**
   * @param detail what was found and what was expected
   */
  Malformed(Problem problem, String detail) {
    super(detail);
    this.problem = problem;
    this.detail = detail;
  }

  String detail() {
    return detail;
  }

  void answer(RoutingContext context) {
    Sending.problem(context, problem, detail);
  }
}
