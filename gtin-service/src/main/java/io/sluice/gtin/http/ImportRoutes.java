package io.sluice.gtin.http;

import io.sluice.gtin.catalog.Catalogue;
import io.sluice.gtin.catalog.Import;
import io.sluice.gtin.catalog.ImportStatus;
import io.sluice.gtin.gtin.As;
import io.sluice.gtin.gtin.CompanyPrefixes;
import io.sluice.gtin.gtin.Quoted;
import io.sluice.gtin.rows.Column;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.file.OpenOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.UnsupportedCharsetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
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
 * import after the other brings its file in. How far one is and what became of the last hundred is
 * known to every service that shares the catalogue.
 */
final class ImportRoutes {
  private static final Logger LOG = LoggerFactory.getLogger(ImportRoutes.class);
  private static final long TELL_MILLIS = 2_000;
  private static final int MOST_KNOWN = 100;
  private static final String COLUMN = "column.";

  private final Vertx vertx;
  private final Catalogue catalogue;
  private final CompanyPrefixes prefixes;
  private final ExecutorService runner =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().name("import").daemon().factory());
  private final ScheduledExecutorService teller =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("import-tell").daemon().factory());
  private final Map<String, ImportJob> jobs = new ConcurrentHashMap<>();

  ImportRoutes(Vertx vertx, Catalogue catalogue, CompanyPrefixes prefixes) {
    this.vertx = vertx;
    this.catalogue = catalogue;
    this.prefixes = prefixes;
    runner.execute(ImportFolders::removeOrphans);
    teller.scheduleWithFixedDelay(this::tellAll, TELL_MILLIS, TELL_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** Takes a file and says where its progress can be seen. */
  void begin(RoutingContext context) {
    HttpServerRequest request = context.request();
    Import.How how;
    try {
      how = how(context);
    } catch (Malformed malformed) {
      malformed.answer(context);
      return;
    }
    request.pause();
    vertx
        .executeBlocking(() -> prepare(request))
        .compose(place -> receive(request, place))
        .onSuccess(
            job -> {
              runner.execute(
                  () -> {
                    job.run(catalogue, how);
                    close(job);
                  });
              context.response().putHeader("Location", "/v1/imports/" + job.id());
              Sending.json(context, 202, json(job.status()));
            })
        .onFailure(failed -> refuse(context, failed));
  }

  /** Where a file is received, and how many bytes it may have. */
  private record Place(ImportJob job, long room) {}

  private Place prepare(HttpServerRequest request) throws IOException, Malformed {
    long room = ImportFolders.room();
    String length = request.getHeader("Content-Length");
    if (length != null && Long.parseLong(length) > room) {
      throw LimitedFile.tooLarge(Long.parseLong(length), room);
    }
    String id = UUID.randomUUID().toString();
    // Whoever shares the catalogue knows of it before the client does; without one it is refused.
    catalogue.tell(ImportStatus.receiving(id));
    return new Place(new ImportJob(id, ImportFolders.make()), room);
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
              runner.execute(
                  () -> {
                    job.fail(catalogue, "the file was not received whole");
                    close(job);
                  });
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

  private Import.How how(RoutingContext context) throws Malformed {
    MediaType type = MediaType.of(context.request());
    Query query = Query.of(context);
    Charset encoding = encoding(query, type);
    if (!type.isRows()) {
      throw new Malformed(
          Problem.UNSUPPORTED_MEDIA_TYPE,
          "found Content-Type "
              + Quoted.of(context.request().getHeader("Content-Type"))
              + ", expected "
              + MediaType.ROWS);
    }
    As as = NumberRoutes.as(context);
    return new Import.How(
        WriteRoutes.author(context),
        encoding,
        columns(query),
        as,
        prefixes,
        flag(query, "strict"),
        flag(query, "dry-run"));
  }

  private static boolean flag(Query query, String name) throws Malformed {
    return switch (query.find(name).orElse("false")) {
      case "true", "" -> true;
      case "false" -> false;
      default ->
          throw new Malformed(
              Problem.MALFORMED_PARAMETER,
              name
                  + ": found "
                  + Quoted.of(query.find(name).orElse(""))
                  + ", expected true or false");
    };
  }

  /** The file's own names for columns: {@code column.gtin=Artikelnummer}. */
  private static Map<Column, String> columns(Query query) {
    Map<Column, String> columns = new EnumMap<>(Column.class);
    query
        .all()
        .forEach(
            (name, value) -> {
              if (name.startsWith(COLUMN)) {
                Column.find(name.substring(COLUMN.length()))
                    .ifPresent(column -> columns.put(column, value));
              }
            });
    return columns;
  }

  /** Of the address, else of the type (RFC 7111, RFC 4180 section 3). */
  private static Charset encoding(Query query, MediaType type) throws Malformed {
    String named = query.find("encoding").orElse("");
    String name = named.isEmpty() ? type.charset() : named;
    try {
      return Charset.forName(name.isEmpty() ? "UTF-8" : name);
    } catch (IllegalCharsetNameException | UnsupportedCharsetException unknown) {
      throw new Malformed(
          named.isEmpty() ? Problem.UNSUPPORTED_MEDIA_TYPE : Problem.MALFORMED_PARAMETER,
          "encoding: found " + Quoted.of(name) + ", expected such as windows-1252");
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

  /** From now on the catalogue says what became of it, unless that could not be written. */
  private void close(ImportJob job) {
    if (jobs.size() > MOST_KNOWN || isKnown(job)) {
      jobs.remove(job.id());
    }
    job.delete();
  }

  private boolean isKnown(ImportJob job) {
    try {
      return catalogue
          .importStatus(job.id())
          .join()
          .filter(known -> known.state().isOver())
          .isPresent();
    } catch (RuntimeException away) {
      LOG.debug("whether import {} is known cannot be asked", job.id(), away);
      return false;
    }
  }

  /** Those that run here and the last that any service has run, the youngest first. */
  void list(RoutingContext context) {
    Asking.ask(vertx, catalogue.imports())
        .onSuccess(
            known -> {
              Map<String, ImportStatus> all = new LinkedHashMap<>();
              jobs.values().forEach(job -> all.put(job.id(), job.status()));
              known.forEach(status -> all.putIfAbsent(status.id(), status));
              JsonArray imports = new JsonArray();
              all.values().forEach(status -> imports.add(json(status)));
              Sending.json(context, 200, new JsonObject().put("imports", imports));
            })
        .onFailure(context::fail);
  }

  void status(RoutingContext context) {
    find(context, status -> Sending.json(context, 200, json(status)));
  }

  /** Ends one that runs here; what is over stays as it is. */
  void cancel(RoutingContext context) {
    ImportJob own = jobs.get(context.pathParam("id"));
    if (own == null) {
      find(
          context,
          status -> {
            if (status.state().isOver()) {
              Sending.json(context, 200, json(status));
            } else {
              Sending.problem(
                  context,
                  Problem.ELSEWHERE,
                  "import "
                      + status.id()
                      + " is run by another service, expected to be asked there");
            }
          });
      return;
    }
    own.cancel();
    Sending.json(context, 202, json(own.status()));
  }

  /** The rows that were not taken, to be mended and sent again. */
  void rejects(RoutingContext context) {
    find(
        context,
        status -> {
          if (status.state().isOver()) {
            vertx
                .fileSystem()
                .createTempFile("gtin-rejects-", ".rows")
                .onSuccess(file -> sendRejects(context, status.id(), file))
                .onFailure(context::fail);
          } else {
            Sending.problem(context, Problem.NO_SUCH_PATH, "the import is not over");
          }
        });
  }

  private void sendRejects(RoutingContext context, String id, String file) {
    Asking.ask(vertx, catalogue.rejects(id, Path.of(file)))
        .future()
        .compose(any -> any ? vertx.executeBlocking(() -> type(Path.of(file))) : none(context))
        .compose(
            type -> {
              if (type.isEmpty()) {
                return Future.succeededFuture();
              }
              context.response().putHeader("Content-Type", type);
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

  private static Future<String> none(RoutingContext context) {
    Sending.problem(context, Problem.NO_SUCH_PATH, "found no rejected rows");
    return Future.succeededFuture("");
  }

  /** They are as the file was. */
  private static String type(Path rejects) throws IOException {
    try (var in = Files.newInputStream(rejects)) {
      return in.read() == '{' ? "application/x-ndjson" : "text/csv; charset=utf-8";
    }
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
                        Sending.problem(
                            context,
                            Problem.NO_SUCH_PATH,
                            "found no import "
                                + Quoted.of(id)
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
      if (result.rejected() > 0) {
        json.put("rejects", "/v1/imports/" + status.id() + "/rejects");
      }
    }
    if (status.state() == ImportStatus.State.FAILED) {
      json.put("detail", status.detail());
    }
    return json;
  }

  /** Those that run are told to end; what they read is in no catalogue. */
  void close() {
    teller.shutdown();
    runner.shutdown();
    jobs.values().forEach(ImportJob::cancel);
    jobs.values().forEach(ImportJob::delete);
  }
}
