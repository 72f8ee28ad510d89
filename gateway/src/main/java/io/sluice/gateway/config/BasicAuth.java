package io.sluice.gateway.config;

import java.util.Map;

/**
 * {@code basicauth} (RFC 7617).
 *
 * @param users hashes of passwords by name: bcrypt or argon2id
 * @param file lines {@code NAME:HASH}, read beside; empty for none
 * @param realm what a browser shows when it asks
 * @param userHeader in which the server hears the name
 */
public record BasicAuth(Map<String, String> users, String file, String realm, String userHeader)
    implements Middleware.Spec {
  @Override
  public String decidedBy() {
    return file.isEmpty() ? "" : "the file " + file + " of the gateway";
  }

  static BasicAuth read(JsonRecord json) throws JsonRecord.BadValue {
    Map<String, String> users = json.texts("Users");
    for (Map.Entry<String, String> user : users.entrySet()) {
      boolean named =
          !user.getKey().isEmpty()
              && user.getKey().chars().allMatch(c -> c > ' ' && c <= '~' && c != ':');
      if (!named) {
        throw json.bad("Users", "\"" + user.getKey() + "\"", "a name without blanks and colons");
      }
      if (!isHash(user.getValue())) {
        throw json.bad(
            "Users",
            "for " + user.getKey() + " a text of " + user.getValue().length() + " characters",
            "a hash of bcrypt ($2b$…) or argon2id ($argon2id$…), never the password itself");
      }
    }
    String file = json.string("File", "");
    if (users.isEmpty() && file.isEmpty()) {
      throw json.bad("Users", "neither Users nor File", "one of them");
    }
    String realm = json.string("Realm", "");
    if (!realm.chars().allMatch(c -> c >= ' ' && c <= '~' && c != '"' && c != '\\')) {
      throw json.bad("Realm", "\"" + realm + "\"", "plain ASCII without quotes and backslashes");
    }
    return new BasicAuth(users, file, realm, json.headerName("UserHeader", "X-User"));
  }

  /** Whether it is of a kind that passwords are compared with, and costs at most 100 MiB. */
  public static boolean isHash(String text) {
    return text.matches("\\$2[aby]\\$(0[4-9]|1[0-6])\\$[./A-Za-z0-9]{53}")
        || text.matches(
            "\\$argon2id\\$v=19\\$m=[1-9][0-9]{0,4},t=[1-9][0-9]?,p=[1-9]\\$[+/A-Za-z0-9]{11,86}"
                + "\\$[+/A-Za-z0-9]{16,172}");
  }
}
