package io.sluice.gateway.cli;

import io.sluice.gateway.config.IssuedCertificate;
import io.sluice.gateway.config.Problem;
import io.sluice.gateway.fleet.Kind;
import io.sluice.gateway.fleet.TreeChanges;
import io.sluice.gateway.fleet.TreeCheck;
import io.sluice.gateway.store.EtcdStore;
import io.sluice.gateway.tls.CertificateView;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Shows the certificates of all hosts. */
@Command(
    name = "certs",
    mixinStandardHelpOptions = true,
    footer = "%nExample: sluice certs",
    description =
        "Shows the certificates of all hosts, the one that ends first in front, and what is wrong"
            + " with them; exits with 1 where something is.")
public final class CertsCommand implements Callable<Integer> {
  @Mixin private StoreOptions options = new StoreOptions();
  @Mixin private SealOption seals = new SealOption();
  @Mixin private Output output = new Output();

  @Override
  public Integer call() throws IOException, InterruptedException {
    try (EtcdStore store = options.open()) {
      SortedMap<String, String> values = TreeChanges.values(store.read("hosts/"));
      store
          .read(IssuedCertificate.key(""))
          .keys()
          .forEach((key, stored) -> values.put(key, stored.value()));
      TreeCheck check = TreeCheck.of(values, seals.keys());
      Map<String, String> wrong = new TreeMap<>();
      check.problems().forEach(problem -> note(problem, wrong));
      check.advice().forEach(problem -> note(problem, wrong));
      List<List<?>> rows = new ArrayList<>();
      Set<String> shown = new HashSet<>();
      Instant now = Instant.now();
      for (CertificateView each : CertificateView.of(check.config().hosts().values())) {
        shown.add(each.host());
        rows.add(
            List.of(
                each.host(),
                each.names(),
                each.until().toString(),
                Duration.between(now, each.until()).toDays(),
                each.isDefault(),
                wrong.getOrDefault(each.host(), "")));
      }
      for (String key : values.keySet()) {
        String host = Kind.HOST.findId(key);
        if (host != null && shown.add(host)) {
          rows.add(List.of(host, "", "", "", "", wrong.getOrDefault(host, "no key pair")));
        }
      }
      output.rows(List.of("host", "names", "until", "days", "default", "wrong"), rows);
      return wrong.isEmpty() ? 0 : 1;
    }
  }

  /** The first of what is said of a host. */
  private static void note(Problem problem, Map<String, String> wrong) {
    String host = Kind.HOST.findId(problem.where().split(" ", 2)[0]);
    if (host != null) {
      wrong.putIfAbsent(
          host,
          problem.expected().isEmpty()
              ? problem.found()
              : "found " + problem.found() + ", expected " + problem.expected());
    }
  }
}
