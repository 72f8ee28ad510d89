package io.sluice.gateway.config;

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
  /** A body for the statuses from one to another, both included. */
  public record Page(int from, int to, String body, String contentType) {}

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
      if (!page.string("BackendId", "").isEmpty() || !page.string("Path", "").isEmpty()) {
        throw page.bad(
            "BackendId", "a page of a backend", "Body: pages of a backend are not got yet");
      }
      pages.add(
          new Page(
              from,
              to,
              page.requiredString("Body", "what is sent instead"),
              page.contentType("ContentType", "text/html; charset=utf-8")));
      page.close();
    }
    if (pages.isEmpty()) {
      throw json.bad("Pages", "nothing", "[{\"Status\":\"500-599\",\"Body\":…}]");
    }
    return new ErrorPages(List.copyOf(pages));
  }
}
