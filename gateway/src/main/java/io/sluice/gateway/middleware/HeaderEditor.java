package io.sluice.gateway.middleware;

import io.netty.util.AsciiString;
import io.sluice.gateway.config.HeaderEdits;
import io.sluice.gateway.config.HeaderEdits.Edits;
import io.sluice.gateway.config.ValueTemplate;
import io.sluice.gateway.config.ValueTemplate.Part;
import io.sluice.gateway.http.Fields;
import io.sluice.gateway.http.ResponseHead;
import java.util.Map;

/** Sets, adds and removes header fields on both ways. */
final class HeaderEditor implements Stage {
  private static final AsciiString HSTS = AsciiString.cached("Strict-Transport-Security");

  private final HeaderEdits settings;

  HeaderEditor(HeaderEdits settings) {
    this.settings = settings;
  }

  @Override
  public Verdict onRequest(ExchangeView exchange) {
    if (!settings.request().isEmpty()) {
      edit(exchange.outgoing().fields(), settings.request(), exchange, true);
    }
    return Verdict.PROCEED;
  }

  @Override
  public void onResponse(ExchangeView exchange, Verdict.Proceed verdict, ResponseHead head) {
    if (settings.hsts() != null && exchange.isSecure()) {
      head.fields().remove(HSTS);
      head.fields().add(HSTS, settings.hsts().text());
    }
    if (!settings.response().isEmpty()) {
      edit(head.fields(), settings.response(), exchange, false);
    }
  }

  private static void edit(Fields fields, Edits edits, ExchangeView exchange, boolean request) {
    for (String name : edits.remove()) {
      fields.remove(name);
    }
    for (Map.Entry<String, ValueTemplate> each : edits.set().entrySet()) {
      CharSequence value = value(each.getValue(), exchange);
      if (request && each.getKey().equalsIgnoreCase("Host")) {
        // Host is the request's own field: it is written for each server.
        exchange.outgoing().host(AsciiString.of(value));
        continue;
      }
      fields.remove(each.getKey());
      if (!value.isEmpty()) {
        fields.add(each.getKey(), value);
      }
    }
    for (Map.Entry<String, ValueTemplate> each : edits.add().entrySet()) {
      CharSequence value = value(each.getValue(), exchange);
      if (!value.isEmpty()) {
        fields.add(each.getKey(), value);
      }
    }
  }

  private static CharSequence value(ValueTemplate template, ExchangeView exchange) {
    if (template.parts().size() == 1) {
      return value(template.parts().getFirst(), exchange);
    }
    StringBuilder value = new StringBuilder();
    for (Part part : template.parts()) {
      value.append(value(part, exchange));
    }
    return value;
  }

  private static CharSequence value(Part part, ExchangeView exchange) {
    return switch (part) {
      case Part.Text(String text) -> text;
      case Part.Of(ValueTemplate.Variable variable, String header) ->
          switch (variable) {
            case CLIENT_IP -> exchange.clientText();
            case REQUEST_HOST -> exchange.request().host();
            case REQUEST_PATH -> exchange.request().path();
            case REQUEST_METHOD -> exchange.request().method();
            case REQUEST_ID -> exchange.requestId();
            case TLS_VERSION -> exchange.tlsVersion();
            case REQUEST_HEADER -> {
              AsciiString said = exchange.request().fields().first(header);
              yield said == null ? "" : said;
            }
          };
    };
  }
}
