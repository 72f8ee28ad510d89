package io.sluice.gateway.telemetry;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Finds a line in a file of lines, from its end on, so that what was written last is found soon.
 */
final class LogSearch {
  private static final int BLOCK = 1 << 20;

  /** More is for programs that keep an index. */
  private static final long MOST_BYTES = 2L << 30;

  private final byte[] wanted;

  /**
   * @param wanted what the line contains
   */
  LogSearch(String wanted) {
    this.wanted = wanted.getBytes(StandardCharsets.UTF_8);
  }

  /**
   * The last line with it, without its end; null where none of the last gigabytes has it.
   *
   * @throws IOException when the file cannot be read
   */
  @Nullable String in(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long end = channel.size();
      long first = Math.max(0, end - MOST_BYTES);
      while (end > first) {
        // What begins in one block may end in the next.
        long from = Math.max(first, end - BLOCK);
        byte[] block = read(channel, from, Math.min(channel.size(), end + wanted.length - 1));
        int at = lastIndexIn(block);
        if (at >= 0) {
          return line(channel, from + at);
        }
        end = from;
      }
      return null;
    }
  }

  private static byte[] read(FileChannel channel, long from, long to) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate((int) (to - from));
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, from + bytes.position()) < 0) {
        throw new IOException("the file became shorter");
      }
    }
    return bytes.array();
  }

  private int lastIndexIn(byte[] block) {
    for (int at = block.length - wanted.length; at >= 0; at--) {
      int same = 0;
      while (same < wanted.length && block[at + same] == wanted[same]) {
        same++;
      }
      if (same == wanted.length) {
        return at;
      }
    }
    return -1;
  }

  /** The line around a place; of one that is very long only what is near. */
  private static String line(FileChannel channel, long at) throws IOException {
    long from = Math.max(0, at - BLOCK / 4);
    byte[] near = read(channel, from, Math.min(channel.size(), at + BLOCK / 4));
    int begin = (int) (at - from);
    int end = begin;
    while (begin > 0 && near[begin - 1] != '\n') {
      begin--;
    }
    while (end < near.length && near[end] != '\n') {
      end++;
    }
    return new String(near, begin, end - begin, StandardCharsets.UTF_8);
  }
}
