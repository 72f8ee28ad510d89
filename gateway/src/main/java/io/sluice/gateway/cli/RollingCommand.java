package io.sluice.gateway.cli;

import io.sluice.gateway.config.Server;
import io.sluice.gateway.fleet.Servers;
import io.sluice.gateway.predicate.Judgement;
import io.sluice.gateway.rollout.Driver;
import io.sluice.gateway.rollout.Rolling;
import io.sluice.gateway.rollout.Rolling.Replacement;
import io.sluice.gateway.store.EtcdStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Replaces a backend's servers, some at a time. */
@Command(
    name = "rolling",
    mixinStandardHelpOptions = true,
    footer =
        "%nExample: sluice rollout rolling web --to v2 --driver systemd --unit web --id {port}"
            + " --ports 9003,9004",
    sortOptions = false,
    description =
        "Replaces a backend's servers: starts the new, waits until it takes traffic at every"
            + " gateway, drains the old, waits until nothing is under way there, stops it. In"
            + " commands {id}, {port}, {backend} and {version} stand for a server's own.")
public final class RollingCommand implements Callable<Integer> {
  @Parameters(paramLabel = "BACKEND", description = "the id of whose servers are replaced")
  private String backend = "";

  @Option(names = "--to", required = true, paramLabel = "VERSION", description = "what is new")
  private String version = "";

  @Option(
      names = "--id",
      defaultValue = "{version}-{number}",
      paramLabel = "PATTERN",
      description = "what new servers are called; {port} may stand in it (${DEFAULT-VALUE})")
  private String pattern = "";

  @Option(
      names = "--driver",
      defaultValue = "hook",
      paramLabel = "hook|process|systemd|container",
      description = "how servers are started and stopped (${DEFAULT-VALUE})")
  private Driver driver = Driver.HOOK;

  @Option(names = "--start", defaultValue = "", description = "hook: the command that starts one")
  private String start = "";

  @Option(
      names = "--stop",
      defaultValue = "",
      description =
          "hook: the command that stops one; it ends with 3 where it has not started that one")
  private String stop = "";

  @Option(
      names = "--command",
      defaultValue = "",
      description = "process, container: what a server runs")
  private String command = "";

  @Option(
      names = "--dir",
      defaultValue = ".",
      description = "process: the folder of logs and process ids (${DEFAULT-VALUE})")
  private String folder = ".";

  @Option(
      names = "--unit",
      defaultValue = "",
      description = "systemd: the template unit's name; the server UNIT@{id} is an instance of it")
  private String unit = "";

  @Option(names = "--image", defaultValue = "", description = "container: the image")
  private String image = "";

  @Option(
      names = "--engine",
      defaultValue = "podman",
      description = "container: podman or docker (${DEFAULT-VALUE})")
  private String engine = "podman";

  @Option(
      names = "--ports",
      split = ",",
      paramLabel = "PORT",
      description = "one for each new server, where the commands ask for {port}")
  private List<Integer> ports = new ArrayList<>();

  @Option(
      names = "--url",
      defaultValue = "",
      description =
          "of a new server, such as http://127.0.0.1:{port}; without it, they announce themselves")
  private String url = "";

  @Option(
      names = "--max-surge",
      defaultValue = "1",
      description = "how many servers there may be beyond those that there were (${DEFAULT-VALUE})")
  private int surge = 1;

  @Option(
      names = "--max-unavailable",
      defaultValue = "0",
      description = "how many of those that there were may be missing (${DEFAULT-VALUE})")
  private int unavailable;

  @Option(
      names = "--judge",
      defaultValue = "ResponseCodeRatio(500, 600, 0, 600) < 0.01",
      paramLabel = "JUDGEMENT",
      description =
          "what must hold of all that the backend answers, for the time of --settle, before old"
              + " servers go; to be rid of servers that do badly themselves, compare with them:"
              + " 'ResponseCodeRatio(500, 600, 0, 600) < baseline' (${DEFAULT-VALUE})")
  private String judgement = "";

  @Option(
      names = "--settle",
      paramLabel = "SECONDS",
      defaultValue = "5",
      description =
          "how long a new one may wait for its first request, and how long the backend is judged"
              + " then (${DEFAULT-VALUE})")
  private int settle = 5;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "60",
      description = "how long anything is waited for (${DEFAULT-VALUE})")
  private int timeout = 60;

  @Mixin private RolloutRunner runner = new RolloutRunner();
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws IOException, InterruptedException {
    legal("--to", version);
    if (surge < 0 || unavailable < 0 || surge + unavailable == 0) {
      throw usage("found --max-surge and --max-unavailable of 0, expected one above it");
    }
    String fault = Judgement.fault(judgement);
    if (!fault.isEmpty()) {
      throw usage("--judge: " + fault);
    }
    Driver.Commands commands = commands();
    try (EtcdStore store = runner.open()) {
      List<Server> all = Servers.of(store, backend);
      List<Server> servers = all.stream().filter(server -> !server.draining()).toList();
      List<Replacement> replacements = new ArrayList<>();
      for (Server server : servers) {
        int number = replacements.size();
        int port = number < ports.size() ? ports.get(number) : 0;
        String id = id(number + 1, port);
        if (all.stream().anyMatch(each -> each.id().equals(id))
            || replacements.stream().anyMatch(each -> each.newId().equals(id))) {
          return runner.refuse("found server " + id + " already, expected a new one");
        }
        replacements.add(new Replacement(server.id(), id, port));
      }
      if (replacements.isEmpty()) {
        return runner.refuse("found no server of backend \"" + backend + "\" to replace");
      }
      if (!ports.isEmpty() && ports.size() < replacements.size()) {
        return runner.refuse("found " + ports.size() + " ports, expected " + replacements.size());
      }
      Rolling plan =
          new Rolling(
              backend,
              version,
              replacements,
              commands.start(),
              commands.stop(),
              commands.check(),
              url,
              surge,
              unavailable,
              judgement,
              settle,
              timeout);
      return runner.create(store, plan);
    }
  }

  private String id(int number, int port) {
    String id =
        pattern
            .replace("{version}", version)
            .replace("{number}", Integer.toString(number))
            .replace("{port}", Integer.toString(port));
    return legal("--id", id);
  }

  private String legal(String option, String name) {
    if (!name.matches("[A-Za-z0-9._-]{1,64}")) {
      throw usage(
          option + ": found \"" + name + "\", expected letters, digits, dots, dashes, underscores");
    }
    return name;
  }

  private Driver.Commands commands() {
    return switch (driver) {
      case HOOK -> new Driver.Commands(required("--start", start), required("--stop", stop), "");
      case PROCESS -> Driver.process(required("--command", command), folder);
      case SYSTEMD -> Driver.systemd(required("--unit", unit));
      case CONTAINER -> Driver.container(engine, required("--image", image), command);
    };
  }

  private String required(String option, String value) {
    if (value.isEmpty()) {
      throw usage("found no " + option + ", expected one for this driver");
    }
    return value;
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
