package io.sluice.gateway.config;

import io.sluice.gateway.http.Targets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code errors}: other bodies for responses with certain statuses, whoever gives them.
 *
 * @param pages of several for a status {@code Accept} chooses, and else the first
 */
public record ErrorPages(List<Page> pages) implements Middleware.Spec {
  /**
   * A body for the statuses from one to another, both included.
   *
   * @param body what is sent; empty for a page of a backend
   * @param backendId where it is got; empty for one that is written here
   * @param path what is asked there; {@code {status}} stands for the status
   */
  public record Page(
      int from, int to, String body, String contentType, String backendId, String path) {}

  /** Visible characters, without a fragment. */
  private static final Pattern PATH = Pattern.compile("/[!-~&&[^#]]{0,1000}");

  private static final Pattern STATUSES = Pattern.compile("([1-5][0-9]{2})(?:-([1-5][0-9]{2}))?");

  static ErrorPages read(JsonRecord json) throws JsonRecord.BadValue {
    List<Page> pages = new ArrayList<>();
    for (JsonRecord page : json.objects("Pages")) {
      String text = page.textOrJson("Status");
      Matcher statuses = STATUSES.matcher(text);
      if (!statuses.matches()) {
        throw page.bad("Status", "\"" + text + "\"", "a status such as 404, or several: 500-599");
      }
      int from = Integer.parseInt(statuses.group(1));
      int to = statuses.group(2) == null ? from : Integer.parseInt(statuses.group(2));
      if (from < 400 || to < from) {
        throw page.bad("Status", "\"" + text + "\"", "statuses of errors, 400 to 599");
      }
      String backend = page.string("BackendId", "");
      String path = page.string("Path", backend.isEmpty() ? "" : "/{status}");
      String body = page.string("Body", "");
      if (body.isEmpty() == backend.isEmpty()) {
        throw page.bad(
            "Body",
            (body.isEmpty() ? "neither" : "both")
                + " Body "
                + (body.isEmpty() ? "nor" : "and")
                + " BackendId",
            "one of them: what is sent instead, or where it is got");
      }
      if (backend.isEmpty() ? !path.isEmpty() : !isPath(path)) {
        throw page.bad(
            "Path", "\"" + path + "\"", "with BackendId, a path such as /errors/{status}");
      }
      pages.add(
          new Page(
              from,
              to,
              body,
              page.contentType("ContentType", "text/html; charset=utf-8"),
              backend,
              path));
      page.close();
    }
    if (pages.isEmpty()) {
      throw json.bad("Pages", "nothing", "[{\"Status\":\"500-599\",\"Body\":…}]");
    }
    return new ErrorPages(List.copyOf(pages));
  }

  private static boolean isPath(String path) {
    return PATH.matcher(path).matches() && Targets.normal(path.replace("{status}", "500")) != null;
  }

  @Override
  public List<String> backends() {
    return pages.stream().map(Page::backendId).filter(id -> !id.isEmpty()).distinct().toList();
  }
}
