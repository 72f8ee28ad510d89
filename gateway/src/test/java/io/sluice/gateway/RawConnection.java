package io.sluice.gateway;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** A gateway before a server that echoes, and for each test a connection to it. */
abstract class RawConnection {
  static TestGateway gateway;
  static int port;
  static Origin echo;

  Wire client;

  @BeforeAll
  static void start() {
    echo = Origin.echoing();
    gateway = TestGateway.onFolder();
    port = gateway.listener("public");
    gateway
        .backend("echo", echo)
        .frontend("echo", "echo", "Path(`/<path:all>`)")
        .awaitServing(port);
    gateway.awaitStatus(port, "/", 200);
  }

  @AfterAll
  static void stop() {
    gateway.close();
    echo.close();
  }

  @BeforeEach
  void connect() {
    client = Wire.connect(port);
  }

  @AfterEach
  void disconnect() {
    client.close();
  }

  static void route(String name, Origin origin) {
    gateway
        .backend(name, origin)
        .frontend(name, name, "Path(`/" + name + "`)")
        .awaitRoute(name, name, origin);
  }
}
