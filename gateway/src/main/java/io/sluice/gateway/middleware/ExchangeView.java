package io.sluice.gateway.middleware;

import io.sluice.gateway.http.RequestHead;
import java.net.InetAddress;

/** What a stage sees of an exchange. */
public interface ExchangeView {
  /** The address of the client. */
  InetAddress client();

  /** The request as the client sent it. */
  RequestHead request();
}
