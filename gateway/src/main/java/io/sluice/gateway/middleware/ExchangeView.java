package io.sluice.gateway.middleware;

import io.sluice.gateway.http.RequestHead;
import java.net.InetAddress;

/** What a stage sees of an exchange, and may add to it. */
public interface ExchangeView {
  /** The address of the client. */
  InetAddress client();

  /** The request as the client sent it. */
  RequestHead request();

  /** Adds a header field to the final response, whoever gives it. */
  void answerWith(CharSequence name, CharSequence value);
}
