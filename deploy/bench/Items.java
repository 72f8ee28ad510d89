import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;

/**
 * Items around prefixes that are really in use. Usage: {@code java Items.java COUNT} writes so many
 * as CSV.
 */
public class Items {
  private static final int[] PREFIXES = {
    300, 350, 400, 405, 426, 500, 541, 570, 590, 640, 690, 693, 729, 750, 760, 779, 800, 840, 871,
    880, 890, 930, 955, 977
  };
  private static final String[] BRANDS = {"Weir", "Lindqvist", "Moreau", "Okafor", "Tanaka", "Duarte"};
  private static final String[] THINGS = {"oat biscuits", "green tea", "rye bread", "soap", "olive oil"};

  /** The number of item {@code i}, 13 digits; another one for each. */
  static long gtin(long i) {
    // Spread over the company's range, as a catalogue is.
    long item = i / PREFIXES.length * 613 % 1_000_000_000;
    long body = PREFIXES[(int) (i % PREFIXES.length)] * 1_000_000_000L + item;
    int sum = 0;
    long left = body;
    for (int place = 0; place < 12; place++) {
      sum += (int) (left % 10) * (place % 2 == 0 ? 3 : 1);
      left /= 10;
    }
    return body * 10 + (10 - sum % 10) % 10;
  }

  public static void main(String[] arguments) throws IOException {
    long count = Long.parseLong(arguments[0]);
    try (BufferedWriter out =
        new BufferedWriter(
            new OutputStreamWriter(System.out, StandardCharsets.UTF_8), 1 << 16)) {
      out.write("gtin,name,brand,category\n");
      for (long i = 0; i < count; i++) {
        String brand = BRANDS[(int) (i % BRANDS.length)];
        String thing = THINGS[(int) (i / 7 % THINGS.length)];
        out.write(gtin(i) + "," + brand + " " + thing + " no. " + i % 5_000 + "," + brand + ",food\n");
      }
    }
  }
}
