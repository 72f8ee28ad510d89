package io.sluice.gateway.fleet;

import io.sluice.gateway.config.OwnerOnly;
import io.sluice.gateway.config.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A tree in folders that mirror the keys: {@code frontends/gtin/frontend.json} is the key {@code
 * frontends/gtin/frontend}.
 *
 * @param values by key
 * @param problems files that are no part of a tree
 */
public record TreeFiles(SortedMap<String, String> values, List<Problem> problems) {
  private static final String SUFFIX = ".json";

  /**
   * Reads folders one over the other: a later one's files win.
   *
   * @throws IOException when one is no folder, a file cannot be read, or there is none
   */
  public static TreeFiles read(List<Path> folders) throws IOException {
    SortedMap<String, String> values = new TreeMap<>();
    List<Problem> problems = new ArrayList<>();
    for (Path folder : folders) {
      if (!Files.isDirectory(folder)) {
        throw new IOException(folder + ": found no folder, expected one that mirrors the key tree");
      }
      Path root = folder.toRealPath();
      try (Stream<Path> files = Files.walk(root)) {
        for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
          String name = root.relativize(file).toString();
          if (name.endsWith(SUFFIX)) {
            String key = name.substring(0, name.length() - SUFFIX.length());
            values.put(key, Files.readString(file));
          } else {
            problems.add(
                Problem.warning(name, "a file that is not read", "a name that ends in .json"));
          }
        }
      }
    }
    if (values.isEmpty()) {
      throw new IOException(
          folders + ": found no file that ends in .json, expected a tree such as config/routes");
    }
    return new TreeFiles(values, problems);
  }

  /**
   * Writes a tree, over what is there. It may hold private keys, so what is written is for its
   * owner alone, whatever the umask is.
   *
   * @throws IOException when a key would leave the folder, or a file cannot be written
   */
  public static void write(Path folder, Map<String, String> values) throws IOException {
    Path root = folder.toAbsolutePath().normalize();
    for (Map.Entry<String, String> entry : values.entrySet()) {
      Path file = root.resolve(entry.getKey() + SUFFIX).normalize();
      Path parent = file.getParent();
      if (parent == null || !file.startsWith(root)) {
        throw new IOException(entry.getKey() + ": found a key that leads out of " + folder);
      }
      Files.createDirectories(parent, OwnerOnly.FOLDER);
      Files.deleteIfExists(file);
      Files.writeString(Files.createFile(file, OwnerOnly.FILE), entry.getValue());
    }
  }
}
