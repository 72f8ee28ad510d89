package io.sluice.gateway.testbed;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A request of {@code attacks.txt}.
 *
 * @param kind what it tries
 * @param status what the client gets
 * @param reason what metric and log say
 * @param request the bytes, as ISO 8859-1
 * @param shown the request as it stands in the file
 */
public record Attack(String kind, int status, String reason, String request, String shown) {
  private static final Pattern BYTE = Pattern.compile("\\\\x([0-9a-f]{2})");

  /** All of them, in order. */
  public static List<Attack> all() {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                Attack.class.getResourceAsStream("attacks.txt"), StandardCharsets.UTF_8))) {
      return lines.lines().filter(line -> !line.startsWith("#")).map(Attack::parse).toList();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private static Attack parse(String line) {
    String[] parts = line.split("\\|", 4);
    String text = parts[3].replace("~", "\r\n").replace('^', '\n').replace('§', '\r');
    String request =
        BYTE.matcher(text)
            .replaceAll(
                match ->
                    java.util.regex.Matcher.quoteReplacement(
                        String.valueOf((char) Integer.parseInt(match.group(1), 16))));
    return new Attack(parts[0], Integer.parseInt(parts[1]), parts[2], request, parts[3]);
  }

  @Override
  public String toString() {
    return kind + ": " + shown;
  }
}
