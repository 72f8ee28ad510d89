package io.sluice.gateway;

import io.sluice.gateway.predicate.FieldCondition;
import io.sluice.gateway.predicate.PredicateSyntaxException;
import io.sluice.gateway.telemetry.AccessEntry;
import io.sluice.gateway.telemetry.LogFields;
import io.sluice.gateway.telemetry.LogFormat;
import io.sluice.gateway.telemetry.LogSettings;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What is written of the exchanges, where and how. */
final class AccessLogOptions {
  private static final int SERVER_ERRORS = 500;

  @Option(
      names = "--access-log",
      paramLabel = "FILE|-|off",
      defaultValue = "-",
      description = "where the access log goes (${DEFAULT-VALUE})")
  private String target = "-";

  @Option(
      names = "--access-log-format",
      paramLabel = "json|common|combined|TEMPLATE",
      defaultValue = "json",
      description =
          "how its lines are written (${DEFAULT-VALUE}); a template has {field}s named as in JSON")
  private String format = "json";

  @Option(
      names = "--access-log-where",
      paramLabel = "CONDITION",
      description =
          "which lines are written, such as status >= 400 || duration_ms > 500, by the fields that"
              + " JSON has")
  private @Nullable String where;

  @Option(
      names = "--access-log-sample",
      paramLabel = "SHARE",
      defaultValue = "1",
      description =
          "of those that went the ordinary way, from 0 to 1 (${DEFAULT-VALUE}); what has a reason"
              + " or a status from 500 on is always written")
  private double sample = 1;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec = CommandSpec.create();

  LogSettings settings() {
    return new LogSettings(target, format(), condition().and(sampled()));
  }

  private LogFormat format() {
    try {
      return LogFormat.of(format);
    } catch (IllegalArgumentException unknown) {
      throw usage("--access-log-format: " + unknown.getMessage());
    }
  }

  private Predicate<AccessEntry> condition() {
    if (where == null) {
      return entry -> true;
    }
    try {
      return FieldCondition.parse(where, LogFields.NUMBERS, LogFields.TEXTS);
    } catch (PredicateSyntaxException wrong) {
      throw usage("--access-log-where: " + wrong.getMessage());
    }
  }

  /** By chance and not by the request's id, which a client can choose. */
  private Predicate<AccessEntry> sampled() {
    if (!(sample >= 0 && sample <= 1)) {
      throw usage("--access-log-sample: found " + sample + ", expected 0 to 1");
    }
    if (sample == 1) {
      return entry -> true;
    }
    SplittableRandom chance = new SplittableRandom();
    return entry ->
        entry.status() >= SERVER_ERRORS
            || !entry.reason().isEmpty()
            || chance.nextDouble() < sample;
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
