package io.sluice.gtin.http;

import io.sluice.gtin.catalog.Catalogue;
import io.sluice.gtin.catalog.Import;
import io.sluice.gtin.catalog.ImportStatus;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.file.OpenOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.UnsupportedCharsetException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Imports over the private listener: the body goes to a file as fast as the disk takes it, then one
 * import after the other runs beside the event loops. What became of the last ones is in the
 * catalogue, where the other services find it that share it.
 */
final class ImportRoutes {
  private static final Logger LOG = LoggerFactory.getLogger(ImportRoutes.class);
  private static final long TELL_MILLIS = 2_000;
  private static final int MOST_KNOWN = 100;
  private static final String COLUMN = "column.";

  private final Vertx vertx;
  private final Catalogue catalogue;
  private final ExecutorService runner =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().name("import").daemon().factory());
  private final ScheduledExecutorService teller =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("import-tell").daemon().factory());
  private final Map<String, ImportJob> jobs = new ConcurrentHashMap<>();

  ImportRoutes(Vertx vertx, Catalogue catalogue) {
    this.vertx = vertx;
    this.catalogue = catalogue;
    runner.execute(ImportFolders::removeOrphans);
    teller.scheduleWithFixedDelay(this::tellAll, TELL_MILLIS, TELL_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** Takes a file and says where its progress can be seen. */
  void begin(RoutingContext context) {
    HttpServerRequest request = context.request();
    Charset encoding;
    boolean lines;
    Map<String, String> columns;
    try {
      encoding = encoding(request);
      columns = columns(request);
      lines = isLines(context);
    } catch (Malformed malformed) {
      malformed.answer(context);
      return;
    }
    request.pause();
    vertx
        .executeBlocking(() -> prepare(request, lines))
        .compose(place -> receive(request, place))
        .onSuccess(
            job -> {
              runner.execute(
                  () -> {
                    job.run(catalogue, encoding, columns);
                    close(job);
                  });
              context.response().putHeader("Location", "/v1/imports/" + job.id());
              Sending.json(context, 202, json(job.status()));
            })
        .onFailure(failed -> refuse(context, failed));
  }

  /** Where a file is received, and how many bytes it may have. */
  private record Place(ImportJob job, long room) {}

  private Place prepare(HttpServerRequest request, boolean lines) throws IOException, Malformed {
    long room = ImportFolders.room();
    String length = request.getHeader("Content-Length");
    if (length != null && Long.parseLong(length) > room) {
      throw LimitedFile.tooLarge(Long.parseLong(length), room);
    }
    String id = UUID.randomUUID().toString();
    // Whoever shares the catalogue knows of it before the client does; without one it is refused.
    catalogue.tell(ImportStatus.receiving(id));
    return new Place(new ImportJob(id, lines, ImportFolders.make()), room);
  }

  private Future<ImportJob> receive(HttpServerRequest request, Place place) {
    ImportJob job = place.job();
    jobs.put(job.id(), job);
    return vertx
        .fileSystem()
        .open(job.file().toString(), new OpenOptions().setCreateNew(true))
        .compose(file -> request.pipeTo(new LimitedFile(file, place.room())))
        .map(job)
        .onFailure(
            failed -> {
              job.fail("the file was not received whole");
              runner.execute(() -> close(job));
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

  /** The file's own names for columns: {@code column.gtin=Artikelnummer}. */
  private static Map<String, String> columns(HttpServerRequest request) throws Malformed {
    Map<String, String> columns = new LinkedHashMap<>();
    for (Map.Entry<String, String> each : request.params()) {
      if (each.getKey().startsWith(COLUMN)) {
        String canonical = each.getKey().substring(COLUMN.length());
        if (!Import.COLUMNS.contains(canonical)) {
          throw new Malformed(
              Problem.MALFORMED_PARAMETER,
              "column: found \"" + canonical + "\", expected one of " + Import.COLUMNS);
        }
        columns.put(canonical, each.getValue());
      }
    }
    return columns;
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

  /** How far those are that are under way. */
  private void tellAll() {
    try {
      for (ImportJob job : jobs.values()) {
        if (!job.status().state().isOver()) {
          catalogue.tell(job.status());
        }
      }
    } catch (RuntimeException away) {
      LOG.debug("nobody is told how far imports are", away);
    }
  }

  /** From now on the catalogue says what became of it. */
  private void close(ImportJob job) {
    try {
      job.note(catalogue);
      jobs.remove(job.id());
    } catch (IOException failed) {
      LOG.warn("that import {} failed is known to this process alone", job.id(), failed);
      if (jobs.size() > MOST_KNOWN) {
        jobs.remove(job.id());
      }
    }
    job.delete();
  }

  void status(RoutingContext context) {
    find(context, status -> Sending.json(context, 200, json(status)));
  }

  /** The rows that were not taken, as CSV: line, code, detail, the row. */
  void rejects(RoutingContext context) {
    find(
        context,
        status -> {
          if (status.state().isOver()) {
            vertx
                .fileSystem()
                .createTempFile("gtin-rejects-", ".csv")
                .onSuccess(file -> sendRejects(context, status.id(), file))
                .onFailure(context::fail);
          } else {
            NumberRoutes.problem(context, Problem.NO_SUCH_PATH, "the import is not over");
          }
        });
  }

  private void sendRejects(RoutingContext context, String id, String file) {
    Asking.ask(vertx, catalogue.rejects(id, Path.of(file)))
        .compose(
            any -> {
              if (!any) {
                NumberRoutes.problem(context, Problem.NO_SUCH_PATH, "found no rejected rows");
                return Future.succeededFuture();
              }
              context.response().putHeader("Content-Type", "text/csv; charset=utf-8");
              return context.response().sendFile(file);
            })
        .onFailure(
            failed -> {
              if (!context.response().headWritten()) {
                context.fail(failed);
              }
            })
        .eventually(() -> vertx.fileSystem().delete(file));
  }

  /** Of this process's own, or of any that shares the catalogue. */
  private void find(RoutingContext context, Consumer<ImportStatus> use) {
    String id = context.pathParam("id");
    ImportJob own = jobs.get(id);
    if (own != null) {
      use.accept(own.status());
      return;
    }
    Asking.ask(vertx, catalogue.importStatus(id))
        .onSuccess(
            status ->
                status.ifPresentOrElse(
                    use,
                    () ->
                        NumberRoutes.problem(
                            context,
                            Problem.NO_SUCH_PATH,
                            "found no import "
                                + id
                                + " that has ended, nor one that this service runs")))
        .onFailure(context::fail);
  }

  private static JsonObject json(ImportStatus status) {
    boolean done = status.state() == ImportStatus.State.DONE;
    JsonObject json =
        new JsonObject()
            .put("id", status.id())
            .put("state", status.state().name().toLowerCase(Locale.ROOT))
            .put(
                "percent",
                done ? 100 : status.size() == 0 ? 0 : status.bytes() * 100 / status.size())
            .put("rows", status.rows())
            .put(
                "rowsPerSecond",
                status.seconds() == 0 ? 0 : Math.round(status.rows() / status.seconds()))
            .put("seconds", Math.round(status.seconds()));
    Import.Result result = status.result();
    if (result != null) {
      json.put("result", JsonObject.mapFrom(result));
    }
    if (status.state().isOver()) {
      json.put("rejects", "/v1/imports/" + status.id() + "/rejects");
    }
    if (status.state() == ImportStatus.State.FAILED) {
      json.put("detail", status.detail());
    }
    return json;
  }

  void close() {
    teller.shutdown();
    runner.shutdown();
    jobs.values().forEach(ImportJob::delete);
  }
}
