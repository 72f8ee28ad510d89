package io.sluice.gtin.http;

import io.sluice.gtin.catalog.Catalogue;
import io.sluice.gtin.catalog.Import;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.file.OpenOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.UnsupportedCharsetException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Imports over the private listener: the body goes to a file as fast as the disk takes it, then one
 * import after the other runs beside the event loops. What became of the last ones is remembered
 * until the service stops.
 */
final class ImportRoutes {
  private static final Logger LOG = LoggerFactory.getLogger(ImportRoutes.class);
  private static final int REMEMBERED = 100;

  private final Vertx vertx;
  private final Catalogue catalogue;
  private final ExecutorService runner =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().name("import").daemon().factory());
  private final Map<String, ImportJob> jobs = new ConcurrentHashMap<>();
  private final Deque<ImportJob> inOrder = new ArrayDeque<>();

  ImportRoutes(Vertx vertx, Catalogue catalogue) {
    this.vertx = vertx;
    this.catalogue = catalogue;
    runner.execute(ImportFolders::removeOrphans);
  }

  /** Takes a file and says where its progress can be seen. */
  void begin(RoutingContext context) {
    HttpServerRequest request = context.request();
    Charset encoding;
    boolean lines;
    try {
      encoding = encoding(request);
      lines = isLines(context);
    } catch (Malformed malformed) {
      malformed.answer(context);
      return;
    }
    Map<String, String> columns = new LinkedHashMap<>();
    for (String canonical : Import.COLUMNS) {
      String name = request.getParam("column." + canonical);
      if (name != null) {
        columns.put(canonical, name);
      }
    }
    request.pause();
    vertx
        .executeBlocking(() -> prepare(request, lines))
        .compose(place -> receive(request, place))
        .onSuccess(
            job -> {
              runner.execute(() -> job.run(catalogue, encoding, columns));
              context.response().putHeader("Location", "/v1/imports/" + job.id());
              Sending.json(context, 202, job.status());
            })
        .onFailure(failed -> refuse(context, failed));
  }

  /** Where a file is received, and how many bytes it may have. */
  private record Place(ImportJob job, long room) {}

  private static Place prepare(HttpServerRequest request, boolean lines)
      throws IOException, Malformed {
    long room = ImportFolders.room();
    String length = request.getHeader("Content-Length");
    if (length != null && Long.parseLong(length) > room) {
      throw LimitedFile.tooLarge(Long.parseLong(length), room);
    }
    return new Place(
        new ImportJob(UUID.randomUUID().toString(), lines, ImportFolders.make()), room);
  }

  private Future<ImportJob> receive(HttpServerRequest request, Place place) {
    ImportJob job = place.job();
    remember(job);
    return vertx
        .fileSystem()
        .open(job.file().toString(), new OpenOptions().setCreateNew(true))
        .compose(file -> request.pipeTo(new LimitedFile(file, place.room())))
        .map(job)
        .onFailure(
            failed -> {
              job.fail("the file was not received whole");
              job.delete();
              LOG.warn("import {} was not received whole: {}", job.id(), failed.getMessage());
            });
  }

  private static void refuse(RoutingContext context, Throwable failed) {
    if (failed instanceof Malformed malformed) {
      malformed.answer(context);
    } else if (!context.response().closed()) {
      context.fail(failed);
    }
  }

  private static boolean isLines(RoutingContext context) throws Malformed {
    String type = context.request().getHeader("Content-Type");
    boolean lines = LookupRoutes.isLines(context);
    if (!lines && (type == null || !type.startsWith("text/csv"))) {
      throw new Malformed(
          Problem.UNSUPPORTED_MEDIA_TYPE,
          "found Content-Type " + type + ", expected text/csv or application/x-ndjson");
    }
    return lines;
  }

  private static Charset encoding(HttpServerRequest request) throws Malformed {
    String name = request.getParam("encoding");
    try {
      return Charset.forName(name == null ? "UTF-8" : name);
    } catch (IllegalCharsetNameException | UnsupportedCharsetException unknown) {
      throw new Malformed(
          Problem.MALFORMED_PARAMETER,
          "encoding: found \"" + name + "\", expected such as windows-1252");
    }
  }

  private synchronized void remember(ImportJob job) {
    jobs.put(job.id(), job);
    inOrder.add(job);
    Iterator<ImportJob> oldestFirst = inOrder.iterator();
    while (inOrder.size() > REMEMBERED && oldestFirst.hasNext()) {
      ImportJob oldest = oldestFirst.next();
      if (oldest.isOver()) {
        oldestFirst.remove();
        jobs.remove(oldest.id());
        oldest.delete();
      }
    }
  }

  void status(RoutingContext context) {
    ImportJob job = find(context);
    if (job != null) {
      Sending.json(context, 200, job.status());
    }
  }

  /** The rows that were not taken, as CSV: line, code, detail, the row. */
  void rejects(RoutingContext context) {
    ImportJob job = find(context);
    if (job != null && job.isOver()) {
      context.response().putHeader("Content-Type", "text/csv; charset=utf-8");
      context.response().sendFile(job.rejects().toString()).onFailure(context::fail);
    } else if (job != null) {
      NumberRoutes.problem(context, Problem.NO_SUCH_PATH, "the import is not over");
    }
  }

  private @Nullable ImportJob find(RoutingContext context) {
    String id = context.pathParam("id");
    ImportJob job = jobs.get(id);
    if (job == null) {
      NumberRoutes.problem(context, Problem.NO_SUCH_PATH, "found no import " + id);
    }
    return job;
  }

  void close() {
    runner.shutdown();
    jobs.values().forEach(ImportJob::delete);
  }
}
