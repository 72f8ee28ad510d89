package io.sluice.gateway.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.Main;
import io.sluice.testkit.Etcd;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A command of {@code sluice} that was run to its end, in the test's process. */
public record Sluice(int status, String out, String err) {
  public static Sluice run(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int status = Main.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    return new Sluice(status, out.toString(), err.toString());
  }

  /** With the store to talk to; single quotes stand for double ones. */
  public static Sluice run(Etcd etcd, String... arguments) {
    List<String> all = new ArrayList<>();
    Arrays.stream(arguments).map(each -> each.replace('\'', '"')).forEach(all::add);
    all.add("--etcd");
    all.add(etcd.url());
    return run(all.toArray(new String[0]));
  }

  /** Fails the test when the command has failed. */
  public Sluice succeeds() {
    assertThat(status).as("%s%s", out, err).isZero();
    return this;
  }
}
