package io.sluice.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The version is that of the project's {@code pom.xml}, wherever it has to be written again. */
class VersionTest {
  private static final Pattern OF_POM = Pattern.compile("<version>([^<]+)</version>");

  /** Names of ours, and what stands before a version in the files below. */
  private static final Pattern WRITTEN =
      Pattern.compile(
          "(?:localhost/(?:sluice|gtin-service|etcd):|newTag: |VERSION = \"(?:sluice )?|version ="
              + " \"(?:sluice|gtin-service) |<artifactId>sluice-parent</artifactId>\\s*<version>)"
              + "(\\d+\\.\\d+\\.\\d+)");

  private static String version() throws IOException {
    Matcher first = OF_POM.matcher(Files.readString(Top.path("pom.xml")));
    assertThat(first.find()).isTrue();
    return first.group(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gateway/pom.xml",
        "gtin-service/pom.xml",
        "deploy/testkit/pom.xml",
        "gateway/src/main/java/io/sluice/gateway/Main.java",
        "gtin-service/src/main/java/io/sluice/gtin/Main.java",
        "deploy/compose.yaml",
        "deploy/kubernetes/overlays/laptop/kustomization.yaml",
        "deploy/kubernetes/overlays/production/kustomization.yaml",
        "deploy/package/quadlet/sluice.container",
        "deploy/package/quadlet/gtin-service@.container",
        "deploy/vagrant/Vagrantfile"
      })
  void aFileThatSaysItSaysThePoms(String file) throws IOException {
    Matcher found = WRITTEN.matcher(Files.readString(Top.path(file)));
    List<String> versions = new ArrayList<>();
    while (found.find()) {
      versions.add(found.group(1));
    }

    assertThat(versions).isNotEmpty().containsOnly(version());
  }

  @Test
  void theChangesTellOfIt() throws IOException {
    Path changes = Top.path("gateway", "CHANGES.md");

    assertThat(Files.readString(changes)).contains("## " + version());
  }
}
