package io.sluice.gateway.operators;

import io.sluice.gateway.testbed.TestGateway;
import io.sluice.testkit.Program;
import io.sluice.testkit.Top;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.io.TempDir;

/** The program as it is packaged, with a folder of routes to follow. */
abstract class PackagedProgram {

  @TempDir Path folder;

  Path routes() {
    return folder.resolve("routes");
  }

  void routes(int port, int server) throws IOException {
    write("listeners/l", "{'Protocol':'http','Address':{'Address':'127.0.0.1:" + port + "'}}");
    write("backends/b/backend", "{'Type':'http'}");
    write("backends/b/servers/s", "{'URL':'http://127.0.0.1:" + server + "'}");
    write("frontends/f/frontend", "{'Type':'http','BackendId':'b','Route':'Path(`/x`)'}");
  }

  void write(String key, String json) throws IOException {
    Path file = routes().resolve(key + ".json");
    Files.createDirectories(file.getParent());
    Files.writeString(file, json.replace('\'', '"'));
  }

  /** A gateway that follows the folder. */
  Program serve(int admin, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of("serve", "--routes", routes().toString(), "--admin", "127.0.0.1:" + admin));
    arguments.addAll(Arrays.asList(more));
    return sluice(arguments.toArray(new String[0]));
  }

  Program sluice(String... arguments) {
    List<String> command = new ArrayList<>(List.of(program()));
    command.addAll(Arrays.asList(arguments));
    return Program.start(folder.resolve("out"), command);
  }

  static String program() {
    return Top.path("gateway", "target", "sluice", "bin", "sluice").toString();
  }

  static void awaitReady(int admin) {
    Awaitility.await()
        .ignoreExceptions()
        .until(() -> TestGateway.get(admin, "/readyz").statusCode() == 200);
  }
}
