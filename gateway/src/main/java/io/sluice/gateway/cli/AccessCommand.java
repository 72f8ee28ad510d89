package io.sluice.gateway.cli;

import io.sluice.gateway.config.AcmeAccount;
import io.sluice.gateway.config.GatewayStatus;
import io.sluice.gateway.config.OwnerOnly;
import io.sluice.gateway.store.EtcdSettings;
import io.sluice.gateway.store.EtcdUsers;
import io.sluice.gateway.store.EtcdUsers.Right;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Gives etcd its users, each with what its programs need, and turns away everybody else. */
@Command(
    name = "access",
    mixinStandardHelpOptions = true,
    footer = "%nExample: sluice access --passwords /etc/sluice/passwords --service gtin=gtin",
    sortOptions = false,
    description =
        "Gives etcd users that have exactly the rights their programs need, and turns everybody"
            + " else away: root, a gateway's, an operator's, and one for each kind of service. May"
            + " be run again, as root: the users have what is said the last time.")
public final class AccessCommand implements Callable<Integer> {
  @Option(
      names = "--gateway",
      paramLabel = "USER",
      defaultValue = "gateway",
      description = "reads the tree and says how it is doing (${DEFAULT-VALUE})")
  private String gateway = "gateway";

  @Option(
      names = "--operator",
      paramLabel = "USER",
      defaultValue = "operator",
      description = "reads and writes the tree (${DEFAULT-VALUE})")
  private String operator = "operator";

  @Option(
      names = "--service",
      paramLabel = "USER=BACKEND[,BACKEND]",
      description =
          "reads and writes servers of these backends, and of the same names with -private, alone")
  private List<String> services = new ArrayList<>();

  @Option(
      names = "--passwords",
      paramLabel = "FOLDER",
      description =
          "a file for each user with its password as first line, made where there is none; without"
              + " it users log in by certificates that have their names")
  private @Nullable Path passwords;

  @Mixin private StoreOptions options = new StoreOptions();
  @Mixin private Output output = new Output();
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws IOException, InterruptedException {
    Map<String, List<Right>> users = users();
    EtcdSettings settings = options.settings(Duration.ofSeconds(15));
    if (passwords == null && settings.cert() == null) {
      throw usage(
          "found neither --passwords nor --etcd-cert, expected one of them: nobody could log in");
    }
    List<String> others;
    try (EtcdUsers etcd = new EtcdUsers(settings)) {
      boolean anew = !etcd.knows("root");
      if (!anew && passwords != null && !Files.exists(passwords.resolve("root"))) {
        throw new IOException(
            "etcd has a user root already, expected its password in " + passwords.resolve("root"));
      }
      String secret = passwords == null ? EtcdUsers.secret() : password("root");
      etcd.root(secret);
      for (Map.Entry<String, List<Right>> user : users.entrySet()) {
        String password = passwords == null ? null : password(user.getKey());
        etcd.grant(user.getKey(), password, user.getValue());
      }
      others = etcd.others(users.keySet());
      if (anew && passwords == null) {
        etcd.requireIfKnown(secret);
      } else {
        etcd.require();
      }
    }
    output.note("etcd answers root, " + String.join(", ", users.keySet()) + " and nobody else");
    if (!others.isEmpty()) {
      output.note("but for users who were there: " + String.join(", ", others));
    }
    return 0;
  }

  private Map<String, List<Right>> users() {
    Map<String, List<Right>> users = new LinkedHashMap<>();
    users.put(
        gateway,
        List.of(
            new Right("", false),
            new Right(GatewayStatus.FOLDER, true),
            new Right(AcmeAccount.FOLDER, true)));
    users.put(operator, List.of(new Right("", true)));
    for (String service : services) {
      int equals = service.indexOf('=');
      if (equals < 1) {
        throw usage("--service: found \"" + service + "\", expected USER=BACKEND[,BACKEND]");
      }
      List<Right> rights = new ArrayList<>();
      for (String backend : service.substring(equals + 1).split(",", -1)) {
        rights.add(servers(backend));
        rights.add(servers(backend + "-private"));
      }
      String user = service.substring(0, equals);
      if (users.put(user, rights) != null) {
        throw usage("--service: found user " + user + " twice, expected all its backends in one");
      }
    }
    for (String user : users.keySet()) {
      if (!user.matches("[A-Za-z0-9._-]{1,64}") || user.equals("root")) {
        throw usage(
            "found user \""
                + user
                + "\", expected letters, digits, dots, dashes and underscores, and not root");
      }
    }
    return users;
  }

  private Right servers(String backend) {
    if (!backend.matches("[A-Za-z0-9._-]{1,128}")) {
      throw usage("--service: found backend \"" + backend + "\", expected a backend's id");
    }
    return new Right("backends/" + backend + "/servers/", true);
  }

  private String password(String user) throws IOException {
    Path folder = Objects.requireNonNull(passwords);
    Path file = folder.resolve(user);
    if (!Files.exists(file)) {
      Files.createDirectories(folder);
      Files.writeString(Files.createFile(file, OwnerOnly.FILE), EtcdUsers.secret() + "\n");
    }
    String password = Files.readString(file).lines().findFirst().orElse("");
    if (password.isEmpty()) {
      throw new IOException(file + ": found no password in its first line");
    }
    return password;
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
