package io.sluice.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * What several event loops, or a loop and the control plane, share is named here and nowhere else.
 */
class SharedStateTest {
  private static final Set<String> SHARED =
      Set.of(
          "AccessLog",
          "Admission",
          "BoundSocket",
          "Breaker",
          "Calls",
          "Compressor",
          "Endpoint",
          "FaultMaker",
          "ForbiddenAddresses",
          "FrontendMeters",
          "Health",
          "Held",
          "HeldBody",
          "HttpDate",
          "KeySet",
          "KnownClients",
          "Life",
          "LiveTable",
          "LoopLedger",
          "MatchFailures",
          "Patient",
          "ProxyContext",
          "QueuePlace",
          "Registration",
          "Received",
          "RedisCounts",
          "Recovering",
          "RetryBudget",
          "Ring",
          "RoundRobin",
          "RouteMeters",
          "ServerIdentity",
          "ServerSockets",
          "SharedBudget",
          "SideRequests",
          "Sources",
          "StageMeters",
          "Stapler",
          "Subject",
          "Syslog",
          "TakeoverDoor",
          "Tap",
          "TokenBucket",
          "TrafficMirror",
          "Wait",
          "Workers");

  private static final String[] DATA_PATH = {
    "client",
    "exchange",
    "upstream",
    "wire",
    "table",
    "http",
    "route",
    "middleware",
    "tls",
    "telemetry",
    "memory"
  };

  @Test
  void onlyTheClassesOfTheListShareAnything() {
    JavaClasses classes =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(
                java.util.Arrays.stream(DATA_PATH)
                    .map(each -> "io.sluice.gateway." + each)
                    .toArray(String[]::new));
    Set<String> sharing = new TreeSet<>();
    for (JavaClass type : classes) {
      for (JavaField field : type.getFields()) {
        if (isShared(field)) {
          sharing.add(type.getSimpleName());
        }
      }
    }

    assertThat(sharing).containsExactlyInAnyOrderElementsOf(SHARED);
  }

  private static boolean isShared(JavaField field) {
    String type = field.getRawType().getName();
    boolean fixed = field.getModifiers().contains(JavaModifier.FINAL);
    return field.getModifiers().contains(JavaModifier.VOLATILE)
        || type.startsWith("java.util.concurrent.")
        || (field.getModifiers().contains(JavaModifier.STATIC) && !fixed);
  }
}
