package io.sluice.gateway.proxy;

import io.netty.util.AsciiString;
import java.util.concurrent.ThreadLocalRandom;

/** Ids for requests that bring none: 32 hexadecimal digits, as random as a trace id has to be. */
final class RequestIds {
  private static final byte[] HEX = {
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'
  };
  private static final int DIGITS = 32;

  private RequestIds() {}

  static AsciiString next() {
    byte[] id = new byte[DIGITS];
    ThreadLocalRandom random = ThreadLocalRandom.current();
    write(random.nextLong(), id, 0);
    write(random.nextLong(), id, DIGITS / 2);
    return new AsciiString(id, false);
  }

  private static void write(long bits, byte[] target, int from) {
    long left = bits;
    for (int i = from; i < from + DIGITS / 2; i++) {
      target[i] = HEX[(int) (left & 0xf)];
      left >>>= 4;
    }
  }
}
