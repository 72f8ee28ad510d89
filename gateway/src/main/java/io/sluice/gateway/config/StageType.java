package io.sluice.gateway.config;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The types of stages that there are; a record's {@code Type} is one's name in lower case. */
public enum StageType {
  ADDPREFIX(AddPrefix.class, AddPrefix::read),
  APIKEY(ApiKeys.class, ApiKeys::read),
  BASICAUTH(BasicAuth.class, BasicAuth::read),
  BUFFER(BodyBuffer.class, BodyBuffer::read),
  CBREAKER(CircuitBreaker.class, CircuitBreaker::read),
  CLIENTCERT(ClientCert.class, ClientCert::read),
  COMPRESS(Compress.class, Compress::read),
  CONNLIMIT(ConnLimit.class, ConnLimit::read),
  CORS(Cors.class, Cors::read),
  ERRORS(ErrorPages.class, ErrorPages::read),
  FAULT(Fault.class, Fault::read),
  FORWARDAUTH(ForwardAuth.class, ForwardAuth::read),
  HEADERS(HeaderEdits.class, HeaderEdits::read),
  IPACCESS(IpAccess.class, IpAccess::read),
  JWT(Jwt.class, Jwt::read),
  MAINTENANCE(Maintenance.class, Maintenance::read),
  MIRROR(Mirror.class, Mirror::read),
  RATELIMIT(RateLimit.class, RateLimit::read),
  REDIRECT(Redirect.class, Redirect::read),
  REPLACEPATH(ReplacePath.class, ReplacePath::read),
  REWRITE(Rewrite.class, Rewrite::read),
  STRIPPREFIX(StripPrefix.class, StripPrefix::read),
  TRACE(Trace.class, Trace::read);

  /** Makes settings of the object in {@code Middleware}. */
  private interface Reader {
    Middleware.Spec read(JsonRecord json) throws JsonRecord.BadValue;
  }

  private final Class<? extends Middleware.Spec> settings;
  private final Reader reader;

  StageType(Class<? extends Middleware.Spec> settings, Reader reader) {
    this.settings = settings;
    this.reader = reader;
  }

  Middleware.Spec read(JsonRecord json) throws JsonRecord.BadValue {
    return reader.read(json);
  }

  /** As a record's {@code Type} says it. */
  public String written() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** That of some settings. */
  public static StageType of(Middleware.Spec spec) {
    for (StageType type : values()) {
      if (type.settings.isInstance(spec)) {
        return type;
      }
    }
    throw new IllegalStateException(spec.getClass() + " is of no type");
  }

  static @Nullable StageType named(String text) {
    for (StageType type : values()) {
      if (type.written().equals(text)) {
        return type;
      }
    }
    return null;
  }

  /** All names, for people. */
  static String names() {
    return Arrays.stream(values()).map(StageType::written).collect(Collectors.joining(", "));
  }
}
