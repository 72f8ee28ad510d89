package io.sluice.gateway.config;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What this machine calls itself. */
public final class HostName {
  private static final Path OF_LINUX = Path.of("/proc/sys/kernel/hostname");
  private static final int MOST_CHARS = 100;

  private HostName() {}

  /** Letters, digits, dots, dashes and underscores; never empty. */
  public static String get() {
    String clean = written().replaceAll("[^A-Za-z0-9._-]", "-");
    return clean.isEmpty() ? "gateway" : clean.substring(0, Math.min(MOST_CHARS, clean.length()));
  }

  private static String written() {
    try {
      return Files.readString(OF_LINUX).strip();
    } catch (IOException notLinux) {
      try {
        return InetAddress.getLocalHost().getHostName();
      } catch (UnknownHostException unknown) {
        return "";
      }
    }
  }
}
