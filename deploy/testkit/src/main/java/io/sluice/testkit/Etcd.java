package io.sluice.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * A real etcd of one member on loopback, which a test may kill, restart and wipe. A guarded one
 * speaks TLS and asks for certificates, whose common names are its users.
 */
public final class Etcd implements AutoCloseable {
  private final Path directory;
  private final int port = FreePort.next();
  private final int peerPort = FreePort.next();
  private final List<String> users;
  private final EtcdOverHttp http;
  private List<String> login = List.of();
  private boolean foreign;
  private @Nullable Program process;

  private Etcd(Path directory, List<String> users) {
    this.directory = directory;
    this.users = users;
    this.http = new EtcdOverHttp(url());
  }

  /** Starts one with its data in a directory of its own. */
  public static Etcd start() {
    Etcd etcd = new Etcd(TestFolder.make("etcd"), List.of());
    etcd.resume();
    return etcd;
  }

  /**
   * Starts one that speaks TLS alone, to those who show one of these users' certificates; {@code
   * root}'s is what tests ask with. It knows no users until somebody makes them.
   */
  public static Etcd startGuarded(String... users) {
    List<String> all = new ArrayList<>(List.of("root"));
    all.addAll(Arrays.asList(users));
    Etcd etcd = new Etcd(TestFolder.make("etcd"), all);
    etcd.keys();
    etcd.resume();
    return etcd;
  }

  private void keys() {
    TestCertificate own = TestCertificate.of("127.0.0.1");
    StringBuilder trusted = new StringBuilder(own.certificate());
    write("member", own);
    for (String user : users) {
      TestCertificate certificate = TestCertificate.of(user);
      write(user, certificate);
      trusted.append(certificate.certificate());
    }
    write("ca.pem", trusted.toString());
  }

  private void write(String name, TestCertificate certificate) {
    write(name + ".pem", certificate.certificate());
    write(name + ".key", certificate.privateKey());
  }

  private void write(String name, String text) {
    try {
      Files.writeString(directory.resolve(name), text);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** A file of a guarded one: {@code ca.pem}, or a user's {@code <name>.pem} and {@code .key}. */
  public Path file(String name) {
    return directory.resolve(name);
  }

  public int port() {
    return port;
  }

  public String url() {
    return (users.isEmpty() ? "http" : "https") + "://127.0.0.1:" + port;
  }

  /** Starts it again on the data that is there. */
  public void resume() {
    String peers = "http://127.0.0.1:" + peerPort;
    List<String> command =
        new ArrayList<>(
            List.of(
                Installed.etcd("etcd"),
                "--data-dir",
                directory.resolve("data").toString(),
                "--log-level",
                "error",
                "--listen-client-urls",
                url(),
                "--advertise-client-urls",
                url(),
                "--listen-peer-urls",
                peers,
                "--initial-advertise-peer-urls",
                peers,
                "--initial-cluster",
                "default=" + peers));
    if (!users.isEmpty()) {
      command.addAll(
          List.of(
              "--client-cert-auth",
              "--trusted-ca-file",
              file("ca.pem").toString(),
              "--cert-file",
              file("member.pem").toString(),
              "--key-file",
              file("member.key").toString()));
    }
    process = Program.start(directory.resolve("log"), command);
    Awaitility.await().atMost(Patience.TIME).until(this::answers);
  }

  /** It keeps its connections and answers nobody, until {@link #wake}. */
  public void hold() {
    if (process != null) {
      process.hold();
    }
  }

  /** It goes on. */
  public void wake() {
    if (process != null) {
      process.wake();
    }
  }

  /** {@code kill -9}. */
  public void kill() {
    if (process != null) {
      process.kill();
    }
  }

  /**
   * Gives this one, at its address, the data and so the identity of another; only while both are
   * down.
   */
  public void takeOver(Etcd other) {
    wipe();
    try {
      Files.move(other.directory.resolve("data"), directory.resolve("data"));
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    foreign = true;
  }

  /** Whether it has taken over another's data. */
  public boolean isForeign() {
    return foreign;
  }

  /** Removes all that it has stored; only while it is down. */
  public void wipe() {
    TestFolder.remove(directory.resolve("data"));
  }

  /** From now on tests ask as {@code root} with this password. */
  public void rootPassword(String password) {
    login = List.of("--user", "root:" + password);
  }

  public void put(String key, String value) {
    if (isOpen()) {
      put(Map.of(key, value));
    } else {
      ctl("put", key, value);
    }
  }

  /** Puts keys in one transaction; only while it asks nobody who he is. */
  public void put(Map<String, String> values) {
    http.put(values);
  }

  public void delete(String key) {
    if (isOpen()) {
      http.delete(key);
    } else {
      ctl("del", key);
    }
  }

  /** What is at a key; empty where there is nothing. */
  public String get(String key) {
    return isOpen()
        ? http.get(key, false).getOrDefault(key, "")
        : ctl("get", "--print-value-only", key).strip();
  }

  /** All keys that begin with this, and what is at each; every one on a line of its own. */
  public String under(String beginning) {
    return isOpen()
        ? http.get(beginning, true).entrySet().stream()
            .map(each -> each.getKey() + "\n" + each.getValue() + "\n")
            .collect(Collectors.joining())
        : ctl("get", "--prefix", beginning);
  }

  /** Forgets every revision before the newest; likewise. */
  public void compact() {
    http.compact();
  }

  /** A lease of ten minutes, for keys that end when a test revokes it. */
  public String lease() {
    return ctl("lease", "grant", "600").replaceAll("(?s).*lease (\\w+) granted.*", "$1");
  }

  /** Runs etcdctl and returns what it printed. */
  public String ctl(String... arguments) {
    return users.isEmpty() ? ctl(login, arguments) : ctlAs("root", arguments);
  }

  /** Runs etcdctl as a user of a guarded one. */
  public String ctlAs(String user, String... arguments) {
    return ctl(
        List.of(
            "--cacert",
            file("ca.pem").toString(),
            "--cert",
            file(user + ".pem").toString(),
            "--key",
            file(user + ".key").toString()),
        arguments);
  }

  private String ctl(List<String> as, String... arguments) {
    List<String> command =
        new ArrayList<>(List.of(Installed.etcd("etcdctl"), "--endpoints", url()));
    command.addAll(as);
    command.addAll(Arrays.asList(arguments));
    return Program.run(Patience.TIME, command.toArray(new String[0]));
  }

  @Override
  public void close() {
    kill();
    TestFolder.remove(directory);
  }

  /** Whether it asks nobody who he is. */
  private boolean isOpen() {
    return users.isEmpty() && login.isEmpty();
  }

  private boolean answers() {
    if (users.isEmpty()) {
      return http.isHealthy();
    }
    try {
      ctl("endpoint", "health");
      return true;
    } catch (AssertionError notYet) {
      return false;
    }
  }
}
