package io.sluice.gtin;

import io.sluice.gtin.gtin.As;
import io.sluice.gtin.gtin.CompanyPrefixes;
import io.sluice.gtin.gtin.Form;
import io.sluice.gtin.gtin.Forms;
import io.sluice.gtin.gtin.Gtin;
import io.sluice.gtin.gtin.GtinReader;
import io.sluice.gtin.gtin.Prefix;
import io.sluice.gtin.gtin.Reading;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says what codes are, as the service would, and exits with 1 when one of them is no GTIN. */
@Command(
    name = "check",
    mixinStandardHelpOptions = true,
    description = "Says what codes are, and why. Exits with 1 when one of them is no GTIN.")
final class CheckCommand implements Callable<Integer> {
  @Parameters(arity = "1..*", paramLabel = "INPUT", description = "a code in any form")
  private List<String> inputs = new ArrayList<>();

  @Option(
      names = "--as",
      paramLabel = "FORM",
      description =
          "which forms it can have, such as gtin-8 or gtin-8,gtin-13; decides where there are"
              + " several readings, and refuses others")
  private @Nullable String as;

  @Mixin private PrefixOptions prefixes = new PrefixOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    String wanted = as;
    As form = wanted == null ? As.ANYTHING : As.find(wanted).orElseThrow(() -> unknown(wanted));
    CompanyPrefixes known;
    try {
      known = prefixes.prefixes();
    } catch (IOException unreadable) {
      throw new ParameterException(spec.commandLine(), String.valueOf(unreadable.getMessage()));
    }
    PrintWriter out = spec.commandLine().getOut();
    boolean good = true;
    for (String input : inputs) {
      switch (known.decide(GtinReader.read(input, form))) {
        case Reading.One one -> print(input, one, out);
        case Reading.Several several -> {
          out.println(input + ": may be " + several.text() + "; --as decides");
          several.candidates().forEach(one -> print(input, one, out));
        }
        case Reading.Refused refused -> {
          good = false;
          out.println(input + ": " + refused.code().code() + ": " + refused.detail());
        }
      }
    }
    out.flush();
    return good ? 0 : 1;
  }

  private static void print(String input, Reading.One one, PrintWriter out) {
    Gtin gtin = one.gtin();
    out.println(
        input + ": " + gtin.text() + ", a " + gtin.type().text() + " from " + one.form().text());
    one.steps()
        .forEach(
            step ->
                out.println(
                    "  " + step.code() + " (" + step.confidence().code() + "): " + step.detail()));
    Forms.of(gtin).forEach((name, text) -> out.println("  " + name + ": " + text));
    Prefix prefix = Prefix.of(gtin);
    String kinds = prefix.kinds().isEmpty() ? "" : " " + prefix.kinds();
    out.println("  prefix " + prefix.digits() + ": " + prefix.issuer() + kinds);
    Forms.contained(gtin).ifPresent(inside -> out.println("  contains: " + inside.text()));
  }

  private ParameterException unknown(String found) {
    return new ParameterException(
        spec.commandLine(), "--as: found \"" + found + "\", expected of " + Form.codes());
  }
}
