package io.sluice.gateway.cli;

import io.sluice.gateway.config.GatewayStatus;
import io.sluice.gateway.fleet.AdminApi;
import io.sluice.gateway.fleet.Fleet;
import io.sluice.gateway.predicate.FieldCondition;
import io.sluice.gateway.predicate.PredicateSyntaxException;
import io.sluice.gateway.store.EtcdStore;
import io.sluice.gateway.telemetry.LogFields;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Shows exchanges as they end. */
@Command(
    name = "tap",
    mixinStandardHelpOptions = true,
    footer = "%nExample: sluice tap --where 'status >= 500 && frontend == \"gtin\"'",
    description =
        "Shows the exchanges of all gateways as they end, a line of JSON each, with the fields of"
            + " the access log, until it is interrupted. It slows nobody: a gateway drops what is"
            + " not taken in time.")
public final class TapCommand implements Callable<Integer> {
  private static final long LOOK_MILLIS = 1_000;

  @Option(
      names = "--where",
      paramLabel = "CONDITION",
      description = "those alone, such as status >= 500 && path =~ \"^/v1/\"")
  private String where = "";

  @Option(
      names = "--share",
      paramLabel = "SHARE",
      defaultValue = "1",
      description = "so many of them, from 0 to 1, by chance (${DEFAULT-VALUE})")
  private double share = 1;

  @Option(names = "--count", paramLabel = "N", description = "ends after so many")
  private long count = Long.MAX_VALUE;

  @Option(
      names = "--admin",
      paramLabel = "HOST:PORT",
      description = "those of this gateway alone, whether or not there is a store")
  private @Nullable String admin;

  @Mixin private StoreOptions options = new StoreOptions();
  @Spec private CommandSpec spec = CommandSpec.create();

  private boolean away;
  private final CountDownLatch enough = new CountDownLatch(1);
  private final Set<String> followed = ConcurrentHashMap.newKeySet();

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (!(share > 0 && share <= 1)) {
      throw usage("--share: found " + share + ", expected a number above 0, at most 1");
    }
    if (count < 1) {
      throw usage("--count: found " + count + ", expected 1 or more");
    }
    try {
      if (!where.isEmpty()) {
        FieldCondition.parse(where, LogFields.NUMBERS, LogFields.TEXTS);
      }
    } catch (PredicateSyntaxException wrong) {
      throw usage("--where: " + wrong.getMessage());
    }
    String itself = admin;
    if (itself != null) {
      new AdminApi(options.adminLogin())
          .lines("the gateway", itself, path(), line -> print("", line));
      return 0;
    }
    try (EtcdStore store = options.open()) {
      Fleet fleet = new Fleet(store);
      do {
        try {
          for (Map.Entry<String, GatewayStatus> each : fleet.gateways().entrySet()) {
            if (followed.add(each.getKey())) {
              follow(each.getKey(), each.getValue().admin());
            }
          }
          away = false;
        } catch (IOException blinked) {
          // Those that are known go on.
          if (!away && !followed.isEmpty()) {
            note(String.valueOf(blinked.getMessage()));
            away = true;
          } else if (followed.isEmpty()) {
            throw blinked;
          }
        }
      } while (!enough.await(LOOK_MILLIS, TimeUnit.MILLISECONDS));
      return 0;
    }
  }

  private String path() {
    return "/requests?share="
        + share
        + "&where="
        + URLEncoder.encode(where, StandardCharsets.UTF_8);
  }

  /** One that comes back, or for the first time, is looked for every second. */
  private void follow(String gateway, String address) {
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                new AdminApi(options.adminLogin())
                    .lines("gateway " + gateway, address, path(), line -> print(gateway, line));
              } catch (IOException silent) {
                note(String.valueOf(silent.getMessage()));
              } catch (InterruptedException ended) {
                Thread.currentThread().interrupt();
              } finally {
                followed.remove(gateway);
              }
            });
  }

  private synchronized boolean print(String gateway, String line) {
    if (count <= 0) {
      return false;
    }
    if (line.isEmpty()) {
      return true;
    }
    PrintWriter out = spec.commandLine().getOut();
    out.println(gateway.isEmpty() ? line : "{\"gateway\":\"" + gateway + "\"," + line.substring(1));
    out.flush();
    count--;
    if (count == 0) {
      enough.countDown();
    }
    return count > 0;
  }

  private synchronized void note(String line) {
    PrintWriter err = spec.commandLine().getErr();
    err.println("sluice: " + line);
    err.flush();
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
