package io.sluice.gateway.config;

/**
 * A cookie that keeps a client with its server: {@code Settings.Sticky} of a backend.
 *
 * @param cookie its name; empty for none
 * @param path where it is sent
 * @param secure whether it is sent over TLS only
 */
public record Sticky(String cookie, String path, boolean secure) {
  /** No cookie. */
  public static final Sticky NONE = new Sticky("", "/", false);

  static Sticky read(JsonRecord json) throws JsonRecord.BadValue {
    String cookie = json.requiredString("Cookie", "the name of a cookie");
    String path = json.string("Path", "/");
    boolean token = cookie.chars().allMatch(c -> c > ' ' && c < 0x7f && ",;=\"\\()".indexOf(c) < 0);
    if (!token) {
      throw json.bad("Cookie", "\"" + cookie + "\"", "the name of a cookie");
    }
    if (!path.startsWith("/") || !path.chars().allMatch(c -> c > ' ' && c < 0x7f && c != ';')) {
      throw json.bad("Path", "\"" + path + "\"", "a path such as /");
    }
    Sticky sticky = new Sticky(cookie, path, json.bool("Secure", false));
    json.close();
    return sticky;
  }
}
