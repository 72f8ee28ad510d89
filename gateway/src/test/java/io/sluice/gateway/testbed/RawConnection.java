package io.sluice.gateway.testbed;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** A gateway before a server that echoes, and for each test a connection to it. */
public abstract class RawConnection {
  public static TestGateway gateway;
  public static int port;
  public static Origin echo;

  public Wire client;

  @BeforeAll
  public static void start() {
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
  public static void stop() {
    gateway.close();
    echo.close();
  }

  @BeforeEach
  public void connect() {
    client = Wire.connect(port);
  }

  @AfterEach
  public void disconnect() {
    client.close();
  }

  public static void route(String name, Origin origin) {
    gateway
        .backend(name, origin)
        .frontend(name, name, "Path(`/" + name + "`)")
        .awaitRoute(name, name, origin);
  }
}
