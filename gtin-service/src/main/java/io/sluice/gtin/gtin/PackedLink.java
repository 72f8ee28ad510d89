package io.sluice.gtin.gtin;

import java.math.BigInteger;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * The elements that are packed into the last segment of a link (GS1 Digital Link, "Compression"):
 * bits, six to a character.
 *
 * <pre>
 *   element = identifier value | set of identifiers, value of each | F name value
 *   identifier = its digits, four bits each      set = two hexadecimal digits, one of them A to F
 * </pre>
 *
 * <p>Nothing in the packing protects what is packed, so a segment is believed only when it is
 * understood to its last bit.
 */
final class PackedLink {
  private static final String ALPHABET =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  private static final int MOST_CHARACTERS = 2_000;
  private static final int MOST_PADDING = 5;

  /**
   * What the values of identifiers that begin so are made of: N for digits, X for characters; so
   * many of them, or up to so many.
   */
  private static final Map<String, List<Part>> FORMATS =
      formats(
          """
          00 N18, 01 N14, 02 N14, 10 X..20, 11 N6, 12 N6, 13 N6, 15 N6, 16 N6, 17 N6, 20 N2, 21 X..20, 22 X..20,
          235 X..28, 240 X..30, 241 X..30, 242 N..6, 243 X..20, 250 X..30, 251 X..30, 253 N13+X..17, 254 X..20,
          255 N13+N..12, 30 N..8, 31 N6, 32 N6, 33 N6, 34 N6, 35 N6, 36 N6, 37 N..8, 390 N..15, 391 N3+N..15,
          392 N..15, 393 N3+N..15, 394 N4, 395 N6, 400 X..30, 401 X..30, 402 N17, 403 X..30, 41 N13, 420 X..20,
          421 N3+X..9, 422 N3, 423 N3+N..12, 424 N3, 425 N3+N..12, 426 N3, 427 X..3, 4300 X..35, 4301 X..35,
          430 X..70, 4307 X2, 4308 X..30, 4309 N20, 4310 X..35, 4311 X..35, 431 X..70, 4317 X2, 4318 X..20,
          4319 X..30, 4320 X..35, 4321 N1, 4322 N1, 4323 N1, 4324 N10, 4325 N10, 4326 N6, 433 N6+X..1, 7001 N13,
          7002 X..30, 7003 N10, 7004 N..4, 7005 X..12, 7006 N6, 7007 N6+N..6, 7008 X..3, 7009 X..10, 7010 X..2,
          7011 N6+N..4, 702 X..20, 7023 X..30, 703 N3+X..27, 7040 N1+X3, 7041 X..4, 71 X..20, 723 X..30, 7240 X..20,
          7241 N2, 7242 X..25, 7250 N8, 7251 N12, 7252 N1, 7253 X..40, 7254 X..40, 7255 X..10, 7256 X..90, 7257 X..70,
          7258 N1+X1+N1, 7259 X..40, 8001 N14, 8002 X..20, 8003 N14+X..16, 8004 X..30, 8005 N6, 8006 N18, 8007 X..34,
          8008 N8+N..4, 8009 X..50, 8010 X..30, 8011 N..12, 8012 X..20, 8013 X..30, 8014 X..25, 8017 N18, 8018 N18,
          8019 N..10, 8020 X..25, 8026 N18, 8030 X..90, 8110 X..70, 8111 N4, 8112 X..70, 8200 X..70,
          90 X..30, 91 X..90, 92 X..90, 93 X..90, 94 X..90, 95 X..90, 96 X..90, 97 X..90, 98 X..90, 99 X..90
          """);

  /** Identifiers that stand together under one code of two hexadecimal digits. */
  private static final Map<String, List<String>> SETS =
      sets(
          """
          0A 01+22, 0B 01+10, 0C 01+21, 0D 01+17, 0E 01+7003, 0F 01+30, 1A 01+10+17+21, 1B 01+15, 1C 01+11, 1D 01+16,
          1E 01+91, 1F 01+10+15, 9A 8010+8011, 9B 8017+8019, 9C 8018+8019, 9D 254+414
          """);

  /** Two of them were published in another order than they are mostly written in, as above. */
  private static final Map<String, List<String>> SETS_AS_PUBLISHED = setsAsPublished();

  /**
   * A piece of a value.
   *
   * @param most how long it is, or may be
   */
  private record Part(boolean digits, boolean variable, int most) {}

  /** What was read is no packed link. */
  private static final class Misfit extends Exception {
    private static final long serialVersionUID = 1L;

    Misfit() {
      super(null, null, false, false);
    }
  }

  private final BigInteger bits;
  private final Map<String, List<String>> sets;
  private final Map<String, String> values = new HashMap<>();
  private int left;

  private PackedLink(String segment, Map<String, List<String>> sets) throws Misfit {
    BigInteger bits = BigInteger.ZERO;
    for (int i = 0; i < segment.length(); i++) {
      int value = ALPHABET.indexOf(segment.charAt(i));
      if (value < 0 || i == MOST_CHARACTERS) {
        throw new Misfit();
      }
      bits = bits.shiftLeft(6).or(BigInteger.valueOf(value));
    }
    this.bits = bits;
    this.left = 6 * segment.length();
    this.sets = sets;
  }

  /** The number of key 01; empty where the segment is not a packed link, or not of an item. */
  static OptionalLong number(String segment) {
    return number(values(segment));
  }

  /** The values by their identifiers; empty where the segment is not a packed link. */
  static Map<String, String> values(String segment) {
    for (Map<String, List<String>> sets : List.of(SETS, SETS_AS_PUBLISHED)) {
      try {
        PackedLink link = new PackedLink(segment, sets);
        link.readAll();
        return Map.copyOf(link.values);
      } catch (Misfit misfit) {
        // Perhaps in the other order.
      }
    }
    return Map.of();
  }

  /** The number of key 01 where it is in the first element, whatever follows it. */
  static OptionalLong firstNumber(String segment) {
    try {
      PackedLink link = new PackedLink(segment, SETS);
      link.readFirst();
      return number(link.values);
    } catch (Misfit misfit) {
      return OptionalLong.empty();
    }
  }

  private static OptionalLong number(Map<String, String> values) {
    String number = values.get("01");
    return number == null ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(number));
  }

  private void readFirst() throws Misfit {
    try {
      element();
    } catch (Misfit spoilt) {
      if (!values.containsKey("01")) {
        throw spoilt;
      }
    }
  }

  private void readAll() throws Misfit {
    while (left > MOST_PADDING) {
      element();
    }
    if (left > 0 && take(left).signum() != 0) {
      throw new Misfit();
    }
  }

  private void element() throws Misfit {
    int first = number(4);
    if (first == 0xf) {
      pair();
      return;
    }
    int second = number(4);
    if (first <= 9 && second <= 9) {
      value(identifier(first, second));
      return;
    }
    for (String identifier : set(first, second)) {
      value(identifier);
    }
  }

  /** The identifier that begins with these digits. */
  private String identifier(int first, int second) throws Misfit {
    int digits = digits(first * 10 + second);
    if (digits == 0) {
      throw new Misfit();
    }
    StringBuilder identifier = new StringBuilder().append(first).append(second);
    while (identifier.length() < digits) {
      int digit = number(4);
      if (digit > 9) {
        throw new Misfit();
      }
      identifier.append(digit);
    }
    return identifier.toString();
  }

  private List<String> set(int first, int second) throws Misfit {
    boolean digit = second <= 9;
    List<String> several =
        switch (first) {
          case 2 -> List.of("01", "310" + (second - 10));
          case 3 -> List.of("01", "320" + (second - 10));
          case 0xa -> digit ? List.of("01", "392" + second) : null;
          case 0xc ->
              digit
                  ? List.of("255", "390" + second)
                  : second > 13 ? null : List.of("255", "394" + (second - 10));
          default -> sets.get("%X%X".formatted(first, second));
        };
    if (several == null) {
      throw new Misfit();
    }
    return several;
  }

  /** A parameter of the link that is none of GS1's. */
  private void pair() throws Misfit {
    skip(6 * number(7));
    characters(number(3), number(7));
  }

  private void value(String identifier) throws Misfit {
    List<Part> parts = null;
    for (int end = identifier.length(); end >= 2 && parts == null; end--) {
      parts = FORMATS.get(identifier.substring(0, end));
    }
    if (parts == null || values.containsKey(identifier)) {
      throw new Misfit();
    }
    StringBuilder value = new StringBuilder();
    for (Part part : parts) {
      int encoding = part.digits ? 0 : number(3);
      int length =
          part.variable
              ? number(Integer.SIZE - Integer.numberOfLeadingZeros(part.most))
              : part.most;
      if (length > part.most) {
        throw new Misfit();
      }
      value.append(characters(encoding, length));
    }
    values.put(identifier, value.toString());
  }

  /** Takes so many characters, in the way that an encoding has them. */
  private String characters(int encoding, int length) throws Misfit {
    return switch (encoding) {
      case 0 -> numeric(length);
      case 1 -> each(length, 4, "0123456789abcdef");
      case 2 -> each(length, 4, "0123456789ABCDEF");
      case 3 -> each(length, 6, ALPHABET);
      case 4 -> each(length, 7, "");
      default -> throw new Misfit();
    };
  }

  private String numeric(int length) throws Misfit {
    BigInteger most = BigInteger.TEN.pow(length).subtract(BigInteger.ONE);
    BigInteger value = take(bitsOf(length, most));
    if (value.compareTo(most) > 0) {
      throw new Misfit();
    }
    String text = length == 0 ? "" : value.toString();
    return "0".repeat(length - text.length()) + text;
  }

  /** Of an alphabet, or of ASCII where that is empty. */
  private String each(int length, int bits, String alphabet) throws Misfit {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      int number = number(bits);
      text.append(alphabet.isEmpty() ? (char) number : alphabet.charAt(number));
    }
    return text.toString();
  }

  /** As the standard rounds: a bit more than is needed for no digit and for 59. */
  private static int bitsOf(int length, BigInteger most) {
    return most.bitLength() + (length == 0 || length == 59 ? 1 : 0);
  }

  private int number(int count) throws Misfit {
    return take(count).intValueExact();
  }

  private void skip(int count) throws Misfit {
    if (count > left) {
      throw new Misfit();
    }
    left -= count;
  }

  private BigInteger take(int count) throws Misfit {
    skip(count);
    return bits.shiftRight(left).and(BigInteger.ONE.shiftLeft(count).subtract(BigInteger.ONE));
  }

  /** How many digits an identifier has, by its first two; 0 where none begins so. */
  private static int digits(int firstTwo) {
    return switch (firstTwo) {
      case 0, 1, 2, 10, 11, 12, 13, 15, 16, 17, 20, 21, 22, 30, 37 -> 2;
      case 23, 24, 25, 40, 41, 42, 71 -> 3;
      case 31, 32, 33, 34, 35, 36, 39, 43, 70, 72, 80, 81, 82 -> 4;
      default -> firstTwo >= 90 ? 2 : 0;
    };
  }

  private static Map<String, List<String>> setsAsPublished() {
    Map<String, List<String>> sets = new HashMap<>(SETS);
    sets.put("1A", List.of("01", "10", "21", "17"));
    sets.put("9D", List.of("414", "254"));
    return sets;
  }

  private static Map<String, List<Part>> formats(String text) {
    Map<String, List<Part>> formats = new HashMap<>();
    sets(text)
        .forEach((key, parts) -> formats.put(key, parts.stream().map(PackedLink::part).toList()));
    return formats;
  }

  private static Part part(String text) {
    boolean variable = text.startsWith("..", 1);
    return new Part(
        text.charAt(0) == 'N', variable, Integer.parseInt(text.substring(variable ? 3 : 1)));
  }

  private static Map<String, List<String>> sets(String text) {
    Map<String, List<String>> sets = new HashMap<>();
    for (String each : text.strip().split(",\\s+", -1)) {
      String[] words = each.split(" ", -1);
      sets.put(words[0], List.of(words[1].split("\\+", -1)));
    }
    return sets;
  }
}
