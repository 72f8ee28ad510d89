package io.sluice.gateway;

import io.sluice.gateway.telemetry.OwnLog;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What the gateway says of itself, on the standard error. */
final class OwnLogOptions {
  @Option(
      names = "--log-level",
      paramLabel = "LEVEL",
      defaultValue = "info",
      description = "of the gateway's own log: error, warn, info, debug, trace (${DEFAULT-VALUE})")
  private String level = "info";

  @Option(
      names = "--log-format",
      paramLabel = "text|json",
      defaultValue = "text",
      description = "how it is written (${DEFAULT-VALUE})")
  private OwnLog.Form form = OwnLog.Form.TEXT;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec = CommandSpec.create();

  /** From now on it is as was asked. */
  void apply() {
    if (!OwnLog.setLevel(level)) {
      throw new ParameterException(
          spec.commandLine(),
          "--log-level: found \"" + level + "\", expected one of " + OwnLog.LEVELS);
    }
    OwnLog.write(form);
  }
}
