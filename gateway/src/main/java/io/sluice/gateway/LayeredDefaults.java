package io.sluice.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Where an option's value comes from when it is not on the command line: the environment, then the
 * file that {@code --config} names. {@code --drain-timeout} is {@code SLUICE_DRAIN_TIMEOUT} in the
 * one and {@code drain-timeout} in the other.
 */
final class LayeredDefaults implements CommandLine.IDefaultValueProvider {
  private static final String START = "SLUICE_";

  /** Read by others: the images'. */
  private static final Set<String> OTHERS = Set.of("SLUICE_IMAGE");

  /** Those of nearly every command: for them alone not all commands are looked at. */
  private static final Set<String> COMMON =
      Set.of(
          "SLUICE_ETCD",
          "SLUICE_ETCD_CA",
          "SLUICE_ETCD_CERT",
          "SLUICE_ETCD_KEY",
          "SLUICE_ADMIN_TOKEN");

  private static final Pattern OF_SERVICES =
      Pattern.compile("SLUICE_(.*_)?(SERVICE_HOST|SERVICE_PORT(_.*)?|PORT|PORT_[0-9]+_.*)");

  /** Where the tree comes from is one of these: the nearer layer's word counts alone. */
  private static final Map<String, String> EITHER = Map.of("etcd", "routes", "routes", "etcd");

  private final List<String> arguments;
  private final Map<String, String> environment;
  private final JsonNode file;

  private LayeredDefaults(List<String> arguments, Map<String, String> environment, JsonNode file) {
    this.arguments = arguments;
    this.environment = environment;
    this.file = file;
  }

  /**
   * The layers for these arguments.
   *
   * @throws IOException when the file cannot be read as a YAML map
   */
  static LayeredDefaults of(String[] arguments, Map<String, String> environment)
      throws IOException {
    String path = configPath(arguments, environment);
    JsonNode file = JsonNodeFactory.instance.objectNode();
    if (path != null) {
      // "off" is a word here, as on the command line.
      YAMLMapper yaml =
          YAMLMapper.builder(
                  YAMLFactory.builder()
                      .enable(YAMLParser.Feature.PARSE_BOOLEAN_LIKE_WORDS_AS_STRINGS)
                      .build())
              .build();
      try {
        JsonNode read = yaml.readTree(Files.readString(Path.of(path)));
        file = read.isMissingNode() || read.isNull() ? file : read;
      } catch (IOException unreadable) {
        throw new IOException(path + ": " + unreadable.getMessage(), unreadable);
      }
      if (!file.isObject()) {
        throw new IOException(
            path + ": found no map, expected options such as \"etcd: http://127.0.0.1:2379\"");
      }
    }
    return new LayeredDefaults(List.of(arguments), environment, file);
  }

  /**
   * The keys of the file that are no options; a misspelt one would otherwise be ignored in silence.
   */
  List<String> unknownKeys(Supplier<CommandLine> command) {
    if (file.isEmpty()) {
      return List.of();
    }
    CommandSpec known = command.get().getCommandSpec();
    return file.properties().stream()
        .map(Map.Entry::getKey)
        .filter(key -> known.findOption("--" + key) == null)
        .toList();
  }

  /**
   * The variables that begin as ours do and are none of them: no option of any command, not the
   * log's level, nor what Kubernetes tells of a service that is called so.
   */
  List<String> unknownVariables(Supplier<CommandLine> all) {
    List<String> ours =
        environment.keySet().stream()
            .filter(name -> name.startsWith(START) && !OTHERS.contains(name))
            .filter(name -> !OF_SERVICES.matcher(name).matches())
            .sorted()
            .toList();
    if (COMMON.containsAll(ours)) {
      return List.of();
    }
    CommandLine command = all.get();
    return ours.stream().filter(name -> !isOption(command, name)).toList();
  }

  private static boolean isOption(CommandLine command, String variable) {
    return command.getCommandSpec().options().stream()
            .anyMatch(
                option ->
                    option.longestName().startsWith("--")
                        && variable(option.longestName().substring(2)).equals(variable))
        || command.getSubcommands().values().stream().anyMatch(each -> isOption(each, variable));
  }

  @Override
  public @Nullable String defaultValue(ArgSpec argument) {
    if (!(argument instanceof OptionSpec option)
        || option.longestName().equals("--help")
        || option.longestName().equals("--version")) {
      return null;
    }
    String name = option.longestName().substring(2);
    String rival = EITHER.get(name);
    if (rival != null && isArgument(rival)) {
      return null;
    }
    String variable = environment.get(variable(name));
    if (variable != null) {
      return variable;
    }
    JsonNode value = file.get(name);
    if (value == null || (rival != null && environment.containsKey(variable(rival)))) {
      return null;
    }
    return value.isArray()
        ? StreamSupport.stream(value.spliterator(), false)
            .map(JsonNode::asText)
            .collect(Collectors.joining(","))
        : value.asText();
  }

  private boolean isArgument(String name) {
    return arguments.stream()
        .anyMatch(each -> each.equals("--" + name) || each.startsWith("--" + name + "="));
  }

  private static String variable(String name) {
    return START + name.toUpperCase(Locale.ROOT).replace('-', '_');
  }

  private static @Nullable String configPath(String[] arguments, Map<String, String> environment) {
    for (int i = 0; i < arguments.length; i++) {
      if (arguments[i].startsWith("--config=")) {
        return arguments[i].substring("--config=".length());
      }
      if (arguments[i].equals("--config") && i + 1 < arguments.length) {
        return arguments[i + 1];
      }
    }
    return environment.get("SLUICE_CONFIG");
  }
}
