package io.sluice.gateway.middleware;

import io.sluice.gateway.config.AddPrefix;
import io.sluice.gateway.config.ApiKeys;
import io.sluice.gateway.config.BasicAuth;
import io.sluice.gateway.config.BodyBuffer;
import io.sluice.gateway.config.CircuitBreaker;
import io.sluice.gateway.config.ClientCert;
import io.sluice.gateway.config.Compress;
import io.sluice.gateway.config.ConnLimit;
import io.sluice.gateway.config.Cors;
import io.sluice.gateway.config.ErrorPages;
import io.sluice.gateway.config.Fault;
import io.sluice.gateway.config.ForwardAuth;
import io.sluice.gateway.config.HeaderEdits;
import io.sluice.gateway.config.IpAccess;
import io.sluice.gateway.config.Jwt;
import io.sluice.gateway.config.Maintenance;
import io.sluice.gateway.config.Middleware;
import io.sluice.gateway.config.Mirror;
import io.sluice.gateway.config.RateLimit;
import io.sluice.gateway.config.Redirect;
import io.sluice.gateway.config.ReplacePath;
import io.sluice.gateway.config.Rewrite;
import io.sluice.gateway.config.StripPrefix;
import io.sluice.gateway.config.Trace;
import io.sluice.gateway.telemetry.StageMeters;

/** Which class serves which settings. */
final class Stages {
  private Stages() {}

  static Stage build(Middleware middleware, StageContext context, StageMeters meters) {
    return switch (middleware.spec()) {
      case AddPrefix prefix -> new PrefixAdder(prefix);
      case ApiKeys keys -> new KeyGuard(keys, context);
      case BasicAuth users -> new PasswordGuard(users, context);
      case BodyBuffer buffer -> new BodyHolder(buffer, context);
      case CircuitBreaker breaker -> new Breaker(middleware, breaker, context);
      case ClientCert certificates -> new CertificateGuard(certificates);
      case Compress compress -> new CodingChooser(compress);
      case ConnLimit limit -> new ConnectionLimiter(middleware, limit, context, meters);
      case Cors cors -> new CorsGuard(cors);
      case ErrorPages pages -> new PageReplacer(pages, meters);
      case Fault fault -> new FaultMaker(fault);
      case ForwardAuth auth -> new AuthAsker(auth);
      case HeaderEdits edits -> new HeaderEditor(edits);
      case IpAccess access -> new AddressGuard(access);
      case Jwt jwt -> new TokenGuard(jwt, context);
      case Maintenance maintenance -> new ClosedSign(maintenance);
      case Mirror mirror -> new TrafficMirror(mirror, meters);
      case RateLimit limit -> new RateLimiter(middleware, limit, context, meters);
      case Redirect redirect -> new Redirector(redirect);
      case ReplacePath path -> new PathReplacer(path);
      case Rewrite rewrite -> new Rewriter(rewrite);
      case StripPrefix prefixes -> new PrefixStripper(prefixes);
      case Trace trace -> new Tracer(trace, meters);
    };
  }
}
