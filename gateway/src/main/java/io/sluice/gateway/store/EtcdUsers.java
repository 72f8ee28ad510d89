package io.sluice.gateway.store;

import static io.sluice.gateway.store.EtcdConnection.bytes;

import io.etcd.jetcd.Auth;
import io.etcd.jetcd.auth.Permission;
import io.sluice.gateway.config.OwnerOnly;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The users of etcd and what each may do in the tree (etcd, "Role-based access control"): a role
 * for each user, with exactly these rights. Blocking, with time limits. Whoever makes them has to
 * be {@code root} once {@link #require} was called.
 */
public final class EtcdUsers implements AutoCloseable {
  private static final String ROOT = "root";
  private static final int SECRET_BYTES = 32;

  private final EtcdSettings settings;
  private final EtcdConnection connection;
  private final Auth auth;

  /**
   * What a user may do below a folder of the tree.
   *
   * @param folder without the prefix; "" is the whole tree
   * @param write whether it may write there too
   */
  public record Right(String folder, boolean write) {}

  /**
   * @throws IOException when a password or certificate file cannot be read
   */
  public EtcdUsers(EtcdSettings settings) throws IOException {
    this.settings = settings;
    this.connection = new EtcdConnection(settings);
    this.auth = connection.client().getAuthClient();
  }

  /** Whether there is a user of this name. */
  public boolean knows(String user) throws IOException, InterruptedException {
    return EtcdConnection.await(auth.userList()).getUsers().contains(user);
  }

  /** Users beside root and these, who keep what they may do. */
  public List<String> others(Collection<String> users) throws IOException, InterruptedException {
    return EtcdConnection.await(auth.userList()).getUsers().stream()
        .filter(user -> !user.equals(ROOT) && !users.contains(user))
        .toList();
  }

  /** Makes the one who may do everything; one that is there keeps its password. */
  public void root(String password) throws IOException, InterruptedException {
    made(ROOT, password);
    role(ROOT);
    EtcdConnection.await(auth.userGrantRole(bytes(ROOT), bytes(ROOT)));
  }

  /**
   * Makes a user who has these rights and no other; one that is there already has them from now on.
   *
   * @param password null for a user whom only a certificate with its name logs in
   */
  public void grant(String user, @Nullable String password, List<Right> rights)
      throws IOException, InterruptedException {
    role(user);
    List<Permission> had =
        EtcdConnection.await(auth.roleGet(bytes(user))).getPermissions().stream()
            .filter(Objects::nonNull)
            .toList();
    // First what it is to have, so that nobody who works is without it for a moment.
    for (Right right : rights) {
      EtcdConnection.await(
          auth.roleGrantPermission(
              bytes(user),
              connection.key(right.folder()),
              connection.end(right.folder()),
              right.write() ? Permission.Type.READWRITE : Permission.Type.READ));
    }
    for (Permission each : had) {
      if (rights.stream().noneMatch(right -> isFor(right, each))) {
        EtcdConnection.await(
            auth.roleRevokePermission(bytes(user), each.getKey(), each.getRangeEnd()));
      }
    }
    user(user, password);
    EtcdConnection.await(auth.userGrantRole(bytes(user), bytes(user)));
    for (String other : EtcdConnection.await(auth.userGet(bytes(user))).getRoles()) {
      if (!other.equals(user)) {
        EtcdConnection.await(auth.userRevokeRole(bytes(user), bytes(other)));
      }
    }
  }

  /** From now on nobody who is none of the users may do anything. */
  public void require() throws IOException, InterruptedException {
    EtcdConnection.await(auth.authEnable());
  }

  /**
   * The same, but for a store that does not know this connection as root then: there nothing is
   * required again.
   *
   * @param secret root's password
   * @throws IOException when it does not know us, and all is as it was
   */
  public void requireIfKnown(String secret) throws IOException, InterruptedException {
    require();
    try {
      EtcdConnection.await(auth.userList());
    } catch (IOException locked) {
      Path file = Files.createTempFile("root", "", OwnerOnly.FILE);
      try {
        Files.writeString(file, secret);
        EtcdSettings asRoot =
            new EtcdSettings(
                settings.endpoints(),
                settings.prefix(),
                ROOT,
                file,
                settings.ca(),
                settings.cert(),
                settings.key(),
                settings.watchdog());
        try (EtcdConnection root = new EtcdConnection(asRoot)) {
          EtcdConnection.await(root.client().getAuthClient().authDisable());
        }
      } finally {
        Files.delete(file);
      }
      throw new IOException(
          "etcd does not take our certificate for root's ("
              + locked.getMessage()
              + "), expected one whose common name is root, and etcd with --client-cert-auth; its"
              + " users are made, and nothing is required of anybody",
          locked);
    }
  }

  private boolean isFor(Right right, Permission permission) {
    return permission.getKey().equals(connection.key(right.folder()))
        && permission.getRangeEnd().equals(connection.end(right.folder()));
  }

  private void role(String name) throws IOException, InterruptedException {
    unlessThere(auth.roleAdd(bytes(name)), "role name already exists");
  }

  private void user(String name, @Nullable String password)
      throws IOException, InterruptedException {
    if (!made(name, password) && password != null) {
      EtcdConnection.await(auth.userChangePassword(bytes(name), bytes(password)));
    }
  }

  private boolean made(String name, @Nullable String password)
      throws IOException, InterruptedException {
    return unlessThere(
        auth.userAdd(bytes(name), bytes(password == null ? secret() : password)),
        "user name already exists");
  }

  private static boolean unlessThere(CompletableFuture<?> call, String there)
      throws IOException, InterruptedException {
    try {
      EtcdConnection.await(call);
      return true;
    } catch (IOException refused) {
      if (String.valueOf(refused.getMessage()).contains(there)) {
        return false;
      }
      throw refused;
    }
  }

  /** A password that nobody is told. */
  public static String secret() {
    byte[] bytes = new byte[SECRET_BYTES];
    new SecureRandom().nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  @Override
  public void close() {
    connection.close();
  }
}
