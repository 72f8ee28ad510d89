package io.sluice.gtin;

import io.sluice.gtin.registration.EtcdAccess;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Where a service announces itself, and as whom: the same words as {@code sluice} has for etcd, and
 * the same variables of the environment.
 */
final class RegisterOptions {
  @Option(
      names = "--register",
      split = ",",
      paramLabel = "URL",
      description = "etcd to announce itself in, such as http://127.0.0.1:2379")
  private List<URI> register = new ArrayList<>();

  @Option(
      names = "--etcd-user",
      paramLabel = "NAME",
      defaultValue = "${env:SLUICE_ETCD_USER}",
      description = "user of etcd to log in as")
  private @Nullable String user;

  @Option(
      names = "--etcd-password-file",
      paramLabel = "FILE",
      defaultValue = "${env:SLUICE_ETCD_PASSWORD_FILE}",
      description = "file whose first line is the user's password")
  private @Nullable Path passwordFile;

  @Option(
      names = "--etcd-ca",
      paramLabel = "FILE",
      defaultValue = "${env:SLUICE_ETCD_CA}",
      description = "certificates to trust of etcd, PEM")
  private @Nullable Path ca;

  @Option(
      names = "--etcd-cert",
      paramLabel = "FILE",
      defaultValue = "${env:SLUICE_ETCD_CERT}",
      description = "our own certificate for etcd, PEM")
  private @Nullable Path cert;

  @Option(
      names = "--etcd-key",
      paramLabel = "FILE",
      defaultValue = "${env:SLUICE_ETCD_KEY}",
      description = "the certificate's key, PEM")
  private @Nullable Path key;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec = CommandSpec.create();

  /** What was asked for; null where a service is to announce itself nowhere. */
  @Nullable EtcdAccess access() {
    if (register.isEmpty()) {
      return null;
    }
    for (URI endpoint : register) {
      boolean http = "http".equals(endpoint.getScheme()) || "https".equals(endpoint.getScheme());
      if (!http || endpoint.getHost() == null || endpoint.getUserInfo() != null) {
        String shown = endpoint.toString().replaceFirst("//[^@/]*@", "//…@");
        throw usage(
            "--register: found \"" + shown + "\", expected http://host:port or https://host:port");
      }
    }
    if ((user == null) != (passwordFile == null)) {
      throw usage("--etcd-user and --etcd-password-file go together");
    }
    if ((cert == null) != (key == null)) {
      throw usage("--etcd-cert and --etcd-key go together");
    }
    readable("--etcd-password-file", passwordFile);
    readable("--etcd-ca", ca);
    readable("--etcd-cert", cert);
    readable("--etcd-key", key);
    return new EtcdAccess(register, user, passwordFile, ca, cert, key);
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
