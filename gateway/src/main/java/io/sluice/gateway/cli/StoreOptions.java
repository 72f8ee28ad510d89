package io.sluice.gateway.cli;

import io.sluice.gateway.config.Shown;
import io.sluice.gateway.store.AdminLogin;
import io.sluice.gateway.store.EtcdSettings;
import io.sluice.gateway.store.EtcdStore;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** How to reach etcd: the same options for a gateway and for every operator's command. */
public final class StoreOptions {
  private static final URI LOCAL = URI.create("http://127.0.0.1:2379");

  @Option(
      names = "--etcd",
      split = ",",
      paramLabel = "URL",
      converter = EndpointConverter.class,
      description = "etcd endpoints, such as http://127.0.0.1:2379")
  private List<URI> etcd = new ArrayList<>();

  @Option(
      names = "--etcd-prefix",
      paramLabel = "KEY",
      defaultValue = "/vulcand",
      description = "the folder of the tree (${DEFAULT-VALUE})")
  private String etcdPrefix = "/vulcand";

  @Option(names = "--etcd-user", paramLabel = "NAME", description = "user to log in as")
  private @Nullable String etcdUser;

  @Option(
      names = "--etcd-password-file",
      paramLabel = "FILE",
      description = "file whose first line is the password")
  private @Nullable Path etcdPasswordFile;

  @Option(names = "--etcd-ca", paramLabel = "FILE", description = "certificates to trust, PEM")
  private @Nullable Path etcdCa;

  @Option(names = "--etcd-cert", paramLabel = "FILE", description = "our own certificate, PEM")
  private @Nullable Path etcdCert;

  @Option(names = "--etcd-key", paramLabel = "FILE", description = "the certificate's key, PEM")
  private @Nullable Path etcdKey;

  @Option(
      names = "--admin-token",
      paramLabel = "FILE",
      description =
          "lines of TOKEN read or TOKEN write: who may use a gateway's admin API; a command shows"
              + " the first of them")
  private @Nullable Path adminToken;

  @Option(
      names = "--admin-cert",
      paramLabel = "FILE",
      description = "certificate for the admin API, PEM: a gateway's own, or what a command shows")
  private @Nullable Path adminCert;

  @Option(names = "--admin-key", paramLabel = "FILE", description = "its key, PEM")
  private @Nullable Path adminKey;

  @Option(
      names = {"--admin-client-ca", "--admin-ca"},
      paramLabel = "FILE",
      description =
          "whose certificates to trust at admin APIs, PEM: a gateway lets clients with one do"
              + " everything, a command takes a gateway for one by it")
  private @Nullable Path adminCa;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec = CommandSpec.create();

  /** The file of tokens for admin APIs, or null. */
  public @Nullable Path adminToken() {
    return adminToken;
  }

  /** The folder of the tree. */
  public String prefix() {
    return etcdPrefix;
  }

  /** Whether any endpoint was named. */
  public boolean isGiven() {
    return !etcd.isEmpty();
  }

  /** The endpoints that a command was given, for people. */
  public static String endpoints(CommandSpec command) {
    OptionSpec option = command.findOption("--etcd");
    List<?> given = option == null ? List.of() : option.getValue();
    return (given.isEmpty() ? List.of(LOCAL) : given)
        .stream().map(String::valueOf).map(Shown::withoutUser).collect(Collectors.joining(","));
  }

  /** Says what is expected of what is no address at all. */
  static final class EndpointConverter implements ITypeConverter<URI> {
    @Override
    public URI convert(String text) {
      try {
        return new URI(text);
      } catch (URISyntaxException none) {
        throw new TypeConversionException(
            "found \"" + Shown.withoutUser(text) + "\", expected http://host:port");
      }
    }
  }

  /** What was asked for; the etcd of this machine where nothing was. */
  public EtcdSettings settings(Duration watchdog) {
    List<URI> endpoints = etcd.isEmpty() ? List.of(LOCAL) : etcd;
    for (URI endpoint : endpoints) {
      boolean http = "http".equals(endpoint.getScheme()) || "https".equals(endpoint.getScheme());
      if (!http
          || endpoint.getHost() == null
          || endpoint.getPort() < 0
          || endpoint.getUserInfo() != null) {
        throw usage(
            "--etcd: found \""
                + Shown.withoutUser(endpoint.toString())
                + "\", expected http://host:port or https://host:port");
      }
    }
    together("--etcd-user", etcdUser, "--etcd-password-file", etcdPasswordFile);
    together("--etcd-cert", etcdCert, "--etcd-key", etcdKey);
    readable("--etcd-password-file", etcdPasswordFile);
    readable("--etcd-ca", etcdCa);
    readable("--etcd-cert", etcdCert);
    readable("--etcd-key", etcdKey);
    return new EtcdSettings(
        endpoints, etcdPrefix, etcdUser, etcdPasswordFile, etcdCa, etcdCert, etcdKey, watchdog);
  }

  /** Connects, for a command. */
  EtcdStore open() throws IOException {
    return new EtcdStore(settings(Duration.ofSeconds(15)), adminLogin());
  }

  /** What a command shows to admin APIs. */
  AdminLogin adminLogin() throws IOException {
    checkAdmin();
    String token = adminToken == null ? "" : AdminLogin.firstToken(adminToken);
    return new AdminLogin(token, adminCa, adminCert, adminKey);
  }

  /**
   * The certificate, the key and the trusted authorities of an admin API; those that were not given
   * are null.
   *
   * @throws ParameterException when files do not go together or cannot be read
   */
  public AdminFiles adminFiles() {
    checkAdmin();
    if (adminCa != null && adminCert == null) {
      throw usage("--admin-client-ca: found no --admin-cert, expected both");
    }
    return new AdminFiles(adminCert, adminKey, adminCa);
  }

  /** What {@link #adminFiles} gives. */
  public record AdminFiles(@Nullable Path cert, @Nullable Path key, @Nullable Path clientCa) {}

  private void checkAdmin() {
    together("--admin-cert", adminCert, "--admin-key", adminKey);
    readable("--admin-token", adminToken);
    readable("--admin-cert", adminCert);
    readable("--admin-key", adminKey);
    readable("--admin-client-ca", adminCa);
  }

  private void together(
      String option, @Nullable Object value, String other, @Nullable Object otherValue) {
    if ((value == null) != (otherValue == null)) {
      throw usage(option + " and " + other + " go together");
    }
  }

  private void readable(String option, @Nullable Path file) {
    if (file != null && !Files.isReadable(file)) {
      throw usage(option + ": found no file " + file + " that may be read");
    }
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
