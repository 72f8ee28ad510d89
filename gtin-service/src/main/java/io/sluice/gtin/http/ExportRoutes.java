package io.sluice.gtin.http;

import io.sluice.gtin.catalog.Catalogue;
import io.sluice.gtin.catalog.CatalogueBusy;
import io.sluice.gtin.catalog.Export;
import io.sluice.gtin.gtin.Quoted;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All items as they are at one moment, as CSV or JSON Lines, as fast as the client takes them. An
 * answer that breaks off has no end: its connection is reset.
 */
final class ExportRoutes {
  private static final Logger LOG = LoggerFactory.getLogger(ExportRoutes.class);
  private static final int PIECE = 64 * 1024;
  private static final int PATIENCE_SECONDS = 60;

  private final Vertx vertx;
  private final Catalogue catalogue;

  ExportRoutes(Vertx vertx, Catalogue catalogue) {
    this.vertx = vertx;
    this.catalogue = catalogue;
  }

  void send(RoutingContext context) {
    Export.Format format;
    try {
      format = format(Query.of(context));
    } catch (Malformed malformed) {
      malformed.answer(context);
      return;
    }
    HttpServerResponse response = context.response();
    response.putHeader(
        "Content-Type",
        format == Export.Format.JSON_LINES ? "application/x-ndjson" : "text/csv; charset=utf-8");
    if (context.request().method() == HttpMethod.HEAD) {
      response.end();
      return;
    }
    response.setChunked(true).setWriteQueueMaxSize(PIECE);
    Asking.ask(
            vertx,
            catalogue.export(
                items -> {
                  try (Writer out =
                      new OutputStreamWriter(new Body(response), StandardCharsets.UTF_8)) {
                    return Export.of(items, out, format);
                  }
                }))
        .onSuccess(count -> response.end())
        .onFailure(failed -> failed(context, failed));
  }

  private static void failed(RoutingContext context, Throwable failed) {
    if (!context.response().headWritten() && failed instanceof CatalogueBusy) {
      context.response().setChunked(false).headers().remove("Content-Type");
      context.fail(failed);
      return;
    }
    LOG.warn("an export broke off: {}", failed.getMessage());
    context.request().connection().close();
  }

  private static Export.Format format(Query query) throws Malformed {
    String format = query.find("format").orElse("csv");
    return switch (format) {
      case "csv" -> Export.Format.CSV;
      case "spreadsheet" -> Export.Format.SPREADSHEET;
      case "ndjson" -> Export.Format.JSON_LINES;
      default ->
          throw new Malformed(
              Problem.MALFORMED_PARAMETER,
              "format: found " + Quoted.of(format) + ", expected csv, spreadsheet or ndjson");
    };
  }

  /** A response's body; whoever writes waits until a piece is on its way. */
  private static final class Body extends OutputStream {
    private final HttpServerResponse response;
    private Buffer piece = Buffer.buffer(PIECE);

    Body(HttpServerResponse response) {
      this.response = response;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      piece.appendBytes(bytes, from, length);
      if (piece.length() >= PIECE) {
        flush();
      }
    }

    @Override
    public void flush() throws IOException {
      if (piece.length() == 0) {
        return;
      }
      try {
        response
            .write(piece)
            .toCompletionStage()
            .toCompletableFuture()
            .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("the service ends");
      } catch (ExecutionException | TimeoutException gone) {
        throw new IOException("the client does not take it", gone);
      }
      piece = Buffer.buffer(PIECE);
    }
  }
}
