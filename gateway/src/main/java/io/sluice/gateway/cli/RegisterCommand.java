package io.sluice.gateway.cli;

import io.sluice.gateway.config.HostName;
import io.sluice.gateway.fleet.Announcement;
import io.sluice.gateway.fleet.Kind;
import io.sluice.gateway.store.EtcdStore;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs a program as a server of a backend. */
@Command(
    name = "register",
    mixinStandardHelpOptions = true,
    footer =
        "%nExample: sluice register --backend web --url http://10.0.0.7:9000 --check /healthz --"
            + " ./server --port 9000",
    description =
        "Runs COMMAND and announces it as a server of a backend, under a lease, once and as long as"
            + " its check answers. On TERM it is withdrawn first, and gets the signal when every"
            + " gateway has let go of it. Ends with COMMAND's status.")
public final class RegisterCommand implements Callable<Integer> {
  private static final Duration LOOK = Duration.ofMillis(200);

  @Option(names = "--backend", required = true, paramLabel = "ID", description = "of this backend")
  private String backend = "";

  @Option(
      names = "--server",
      paramLabel = "ID",
      description = "the server's id (the machine's name and the port)")
  private @Nullable String server;

  @Option(
      names = "--url",
      required = true,
      paramLabel = "URL",
      description = "where gateways reach it, such as http://10.0.0.7:9000")
  private String url = "";

  @Option(
      names = "--check",
      paramLabel = "PATH",
      description = "asked with GET; without it, a connection is enough")
  private @Nullable String check;

  @Option(
      names = "--lease",
      paramLabel = "SECONDS",
      defaultValue = "15",
      description =
          "how long after the end of this process it is gone by itself (${DEFAULT-VALUE})")
  private int lease = 15;

  @Option(
      names = "--drain-timeout",
      paramLabel = "SECONDS",
      defaultValue = "30",
      description = "how long exchanges may take to finish on TERM (${DEFAULT-VALUE})")
  private int drainTimeout = 30;

  @Parameters(arity = "1..*", paramLabel = "COMMAND", description = "after --, with its arguments")
  private List<String> command = new ArrayList<>();

  @Mixin private StoreOptions options = new StoreOptions();
  @Mixin private Output output = new Output();
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws IOException, InterruptedException {
    URI at = address();
    String id = server == null ? HostName.get() + "-" + at.getPort() : server;
    if (!Kind.SERVER.isId(backend + "/" + id) || lease < 5 || drainTimeout < 0) {
      throw usage(
          "found " + backend + "/" + id + ", expected ids without a slash, and 5 s or more");
    }
    CountDownLatch stopping = new CountDownLatch(1);
    CountDownLatch ended = new CountDownLatch(1);
    try (EtcdStore store = options.open()) {
      Process process = new ProcessBuilder(command).inheritIO().start();
      Thread hook =
          Thread.ofPlatform()
              .name("withdraw")
              .unstarted(
                  () -> {
                    stopping.countDown();
                    awaitEnd(ended);
                    Runtime.getRuntime().halt(status(process));
                  });
      Runtime.getRuntime().addShutdownHook(hook);
      Announcement announcement =
          new Announcement(store, backend, id, at, check, Duration.ofSeconds(lease), output::note);
      boolean stopped = false;
      while (!stopped && process.isAlive()) {
        announcement.look();
        stopped = stopping.await(LOOK.toMillis(), TimeUnit.MILLISECONDS);
      }
      announcement.withdraw(Duration.ofSeconds(stopped ? drainTimeout : 0));
      process.destroy();
      int status = process.waitFor();
      if (!stopped) {
        Runtime.getRuntime().removeShutdownHook(hook);
      }
      return status;
    } catch (IllegalStateException stops) {
      // A signal came between the end of the program and here.
      return 0;
    } finally {
      ended.countDown();
    }
  }

  private static void awaitEnd(CountDownLatch ended) {
    try {
      ended.await();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static int status(Process process) {
    return process.isAlive() ? 1 : process.exitValue();
  }

  private URI address() {
    try {
      URI uri = new URI(url);
      boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      if (http && uri.getHost() != null) {
        int port = uri.getPort() > 0 ? uri.getPort() : uri.getScheme().equals("https") ? 443 : 80;
        return URI.create(uri.getScheme() + "://" + uri.getHost() + ":" + port);
      }
    } catch (URISyntaxException notOne) {
      throw usage("--url: found \"" + url + "\", expected http://host:port");
    }
    throw usage("--url: found \"" + url + "\", expected http://host:port");
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
