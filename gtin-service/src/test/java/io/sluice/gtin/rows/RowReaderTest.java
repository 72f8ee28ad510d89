package io.sluice.gtin.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A bad row costs itself, whatever the file; no value is chosen or dropped in silence. */
class RowReaderTest {
  /** What came of a file. */
  private static final class Took implements RowReader.Sink {
    final List<String> names = new ArrayList<>();
    final List<String> broken = new ArrayList<>();
    final StringWriter rejects = new StringWriter();
    private final RejectedRows out = new RejectedRows(rejects);

    @Override
    public void begin(List<String> header) throws IOException {
      out.begin(header);
    }

    @Override
    public void row(Row row) {
      names.add(row.gtins() + " " + row.name() + " " + row.brand());
    }

    @Override
    public void broken(long line, String code, String detail, Row.Raw raw) throws IOException {
      broken.add(line + " " + code);
      out.add(line, code, detail, raw);
    }
  }

  private static Took read(byte[] file, Charset encoding, Map<Column, String> named)
      throws IOException {
    Took took = new Took();
    new RowReader(named).read(new ByteArrayInputStream(file), encoding, took);
    return took;
  }

  private static Took read(String text) throws IOException {
    return read(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8, Map.of());
  }

  private static List<String> names(String text) throws IOException {
    return read(text).names.stream().map(name -> name.split(" ")[1]).toList();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2\t\"Best\" pizza",
        "2\t\"12\\\" pizza, C:\\x\"",
        "2\t\"12\\\"",
        "2\t\"open",
        "2\t\"open\" ",
        "2\tx\ty\tz",
        "\"2\tx",
        "2\t\"a\" \"b\"",
        "2\t\"12\\\"\tx",
        "2\t \"A",
      })
  void aBadRowCostsItselfWhereverItStands(String bad) throws Exception {
    for (int at = 0; at <= 3; at++) {
      List<String> lines = new ArrayList<>(List.of("1\tA", "3\t\"C\"", "4\tD"));
      lines.add(at, bad);
      for (String end : List.of("\n", "\r\n", "\r")) {
        Took took = read("gtin\tname" + end + String.join(end, lines) + end);
        assertThat(took.names.stream().map(name -> name.split(" ")[1]))
            .as("%s at %s", bad, at)
            .containsExactly("A", "C", "D");
        assertThat(took.broken).containsExactly(at + 2 + " malformed");
      }
    }
  }

  @Test
  void aCellOfAnyLengthCostsNoOtherRow() throws Exception {
    for (int length : new int[] {70_000, 1_000_000}) {
      String text = "gtin,name,more\n1,A,\n2,B," + "x".repeat(length) + "\n3,C,\n";
      assertThat(names(text)).contains("A", "C");
      assertThat(names(text.replace("xxx", "x\"x"))).contains("A", "C");
    }
    assertThat(names("gtin,name,more\n1,A,\n2,B," + "x".repeat(70_000) + "\n3,C,\n"))
        .containsExactly("A", "B", "C");
  }

  @Test
  void whateverIsDamagedTheGoodRowsAreTaken() throws Exception {
    Random random = new Random(5);
    String alphabet = "\",;\t '=x1\\\u00e9";
    for (int n = 0; n < 3_000; n++) {
      StringBuilder bad = new StringBuilder("9,");
      for (int i = random.nextInt(12); i >= 0; i--) {
        bad.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      int at = random.nextInt(4);
      List<String> lines = new ArrayList<>(List.of("1,A", "2,\"B\"", "3,C"));
      lines.add(at, bad.toString());
      assertThat(
              read("gtin,name\n" + String.join("\n", lines) + "\n").names.stream()
                  .filter(name -> !name.startsWith("[9]"))
                  .map(name -> name.split(" ")[1]))
          .as(lines.toString())
          .containsExactly("A", "B", "C");
    }
  }

  /** As MySQL writes them, where they can be nothing else. */
  @Test
  void aMarkBehindABackslashIsPartOfItsCell() throws Exception {
    Took took =
        read("gtin,name,brand\n1,\"5\\\" pipe\",\"a\\\"b\\\"c\"\n2,\"\\\"x\",C:\\dir\n3,D,\n");
    assertThat(took.names).containsExactly("[1] 5\" pipe a\"b\"c", "[2] \"x C:\\dir", "[3] D null");
    assertThat(took.broken).isEmpty();
  }

  @Test
  void quotedCellsHoldLinesMarksAndSeparators() throws Exception {
    Took took = read("gtin,name\r\n1,\"a, \"\"b\"\"\r\nc\"\r\n2,5\" nails\r\n");
    assertThat(took.names).containsExactly("[1] a, \"b\"\r\nc null", "[2] 5\" nails null");
    assertThat(took.broken).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "gtin;name;brand;~1;A;B;~2;C;;~",
        "gtin,name,brand, ~1,A,B~2,C,,~",
        "gtin,name,brand~1,A,B,~2,C,,,,~",
        "sep=;~gtin;name;brand~1;A;B~2;C;~",
        "~~gtin,name,brand~1,A,B~~,,~2,C,~~ ~,,,,~",
        "\"gtin\",\"name\",\"brand\"~\"1\",\"A\",\"B\"~2,C~",
      })
  void whatHasNoContentChangesNothing(String text) throws Exception {
    Took took = read(text.replace("~", "\n"));
    assertThat(took.names).containsExactly("[1] A B", "[2] C null");
    assertThat(took.broken).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "gtin_upc,description,brand_owner", // USDA FoodData Central
        "\"GTIN, UPC, EAN, or ISBN\";\"Name\";\"Brands\"", // WooCommerce
        "Variant Barcode,Title,Vendor", // Shopify
        "EAN13;Product Name;Brand",
        "g:gtin\tg:title\tg:brand", // Google Merchant Center
        "code\tproduct_name\tbrands", // Open Food Facts
        "UPC-A,Item Name,Brand Name",
      })
  void theBigSourcesColumnsAreKnown(String header) throws Exception {
    char separator = header.contains(";") ? ';' : header.contains("\t") ? '\t' : ',';
    assertThat(read(header + "\n1" + separator + "A" + separator + "B\n").names)
        .containsExactly("[1] A B");
  }

  @Test
  void aBetterNameMakesAWeakerOneMeanNothing() throws Exception {
    assertThat(read("code,gtin,description,title\n7,1,long,A\n").names)
        .containsExactly("[1] A null");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "foo,bar\n1,A\n",
        "gtin\n1\n",
        "name\nA\n",
        "",
        "\n\n",
        "gtin,nom\n",
        "<html>",
        "[1, 2]"
      })
  void aFileThatNoRowCanComeFromFailsAtItsHeader(String text) {
    assertThatThrownBy(() -> read(text))
        .isInstanceOf(NoRows.class)
        .hasMessageContaining("found")
        .hasMessageContaining("expected");
  }

  @Test
  void columnsOfOneNameAgreeOrTheRowSaysSo() throws Exception {
    Took took = read("gtin,name,name\n1,A,A\n2,B,C\n3,D,\n");
    assertThat(took.names).containsExactly("[1] A null", "[3] D null");
    assertThat(took.broken).containsExactly("3 columns");
    assertThat(read("ean,upc,name\n1,2,A\n").names).containsExactly("[1, 2] A null");
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-8", "UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE"})
  void aByteOrderMarkNamesTheEncodingInEveryFormat(String name) throws Exception {
    Charset encoding = Charset.forName(name);
    for (String text :
        List.of("\ufeffgtin,name\n1,Tee\u00e9\n", "\ufeff{\"gtin\":1,\"name\":\"Tee\u00e9\"}\n")) {
      for (Charset said : List.of(StandardCharsets.UTF_8, Charset.forName("windows-1252"))) {
        assertThat(read(text.getBytes(encoding), said, Map.of()).names)
            .containsExactly("[1] Tee\u00e9 null");
      }
    }
  }

  @Test
  void compressedFilesAreReadAndOthersAreNamedForWhatTheyAre() throws Exception {
    byte[] text = "gtin,name\n1,A\n".getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream gzip = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(gzip)) {
      out.write(text);
    }
    assertThat(read(gzip.toByteArray(), StandardCharsets.UTF_8, Map.of()).names)
        .containsExactly("[1] A null");
    assertThat(read(zip(text, "rows.csv"), StandardCharsets.UTF_8, Map.of()).names)
        .containsExactly("[1] A null");

    assertThatThrownBy(() -> read(zip(text, "a.csv", "b.csv"), StandardCharsets.UTF_8, Map.of()))
        .hasMessageContaining("several files");
    assertThatThrownBy(
            () -> read(zip(text, "[Content_Types].xml"), StandardCharsets.UTF_8, Map.of()))
        .hasMessageContaining("a workbook");
    assertThatThrownBy(
            () ->
                read(
                    new byte[] {'%', 'P', 'D', 'F', '-', '1', '.', '7', 10},
                    StandardCharsets.UTF_8,
                    Map.of()))
        .hasMessageContaining("a PDF");
    byte[] empty = {'P', 'K', 5, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    assertThatThrownBy(() -> read(empty, StandardCharsets.UTF_8, Map.of()))
        .hasMessageContaining("an empty zip");
    byte[] cut = java.util.Arrays.copyOf(gzip.toByteArray(), gzip.size() - 6);
    assertThatThrownBy(() -> read(cut, StandardCharsets.UTF_8, Map.of()))
        .hasMessageContaining("cut off");
    assertThat(read(zip(text, ".DS_Store", "a.csv"), StandardCharsets.UTF_8, Map.of()).names)
        .hasSize(1);
  }

  @Test
  void aByteThatIsNoTextCostsItsRow() throws Exception {
    for (String text :
        List.of(
            "gtin,name\n1,A\n2,B\u00e9\n3,C\n",
            "{\"gtin\":1,\"name\":\"A\"}\n"
                + "{\"gtin\":2,\"name\":\"\u00e9\"}\n"
                + "{\"gtin\":3,\"name\":\"C\"}\n")) {
      Took took =
          read(text.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8, Map.of());
      assertThat(took.names).containsExactly("[1] A null", "[3] C null");
      assertThat(took.broken).hasSize(1);
    }
  }

  @Test
  void openMarksCostNoMoreThanTheirLines() throws Exception {
    StringBuilder rows = new StringBuilder("gtin,name,brand\n");
    for (int i = 0; i < 50_000; i++) {
      rows.append("9521000000018,Nail 5\",\"x\n");
    }
    Took took = read(rows.append("1,A,B\n").toString());
    assertThat(took.broken).hasSize(50_000);
    assertThat(took.names).containsExactly("[1] A B");
  }

  @Test
  void aRowIsNotSwallowedByTheOneBeforeIt() throws Exception {
    Took took = read("gtin,name\n9521000000018,\"Best\n9521000000025,Pan 12\"\n9521000000032,C\n");
    assertThat(took.broken).containsExactly("2 malformed");
    assertThat(took.names)
        .containsExactly("[9521000000025] Pan 12\" null", "[9521000000032] C null");
  }

  @Test
  void aBrokenFirstLineAndOtherLineEndsHideNoObjects() throws Exception {
    assertThat(read("null\n{\"gtin\":1,\"name\":\"A\"}\n").names).hasSize(1);
    assertThat(read("{\"gtin\":1,\"name\":\"A\"}\r{\"gtin\":2,\"name\":\"B\"}\r\n\r\n").names)
        .hasSize(2);
  }

  @Test
  void aRowThatIsRejectedAgainIsAsItWas() throws Exception {
    Took first = read("gtin,name\n1,\"A\" x\n2,B\n");
    Took second = read(first.rejects.toString());
    assertThat(second.broken).hasSize(1);
    assertThat(second.rejects.toString()).contains("1,\"\"A\"\" x");
    for (String line : List.of("{\"name\":\"A\",\"rejected\":false}", "{ }")) {
      Took json = read(line + "\n{\"gtin\":1,\"name\":\"A\"}\n");
      assertThat(read(json.rejects + "{\"gtin\":1,\"name\":\"A\"}\n").broken)
          .containsExactly("1 columns");
    }
    Took stranger = read("rejected_reason,sku,plu,gtin,name\nr,s,p,1,'-A\nr,s,p,1,A,more\n");
    assertThat(stranger.names).containsExactly("[1] '-A null");
    assertThat(stranger.rejects.toString()).contains("\"rejected_reason\"", "\"p\"");
  }

  @Test
  void ofColumnsForOneThingTheFirstThatSaysSomethingCounts() throws Exception {
    assertThat(read("gtin,name,product_name\n1,,B\n2,A,B\n").names)
        .containsExactly("[1] B null", "[2] A null");
    assertThat(read("gtin,name,Name\n1,A,B\n").broken).containsExactly("2 columns");
    assertThat(read("{\"gtin\":1,\"name\":\"\",\"product_name\":\"B\"}\n").names)
        .containsExactly("[1] B null");
    assertThat(read("isbn,title\n0571089895,X\n").names)
        .containsExactly("[ISBN 0571089895] X null");
  }

  private static byte[] zip(byte[] content, String... names) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (String name : names) {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(content);
      }
    }
    return bytes.toByteArray();
  }

  @Test
  void nothingStructuredIsATextAndOfLanguagesTheMainOneCounts() throws Exception {
    Took took =
        read(
            """
            {"code":"1","product_name":[{"lang":"fr","text":"Avoine"},{"lang":"main","text":"Oats"}]}
            {"code":"2","product_name":{"en":"Oats"}}
            {"code":"3","product_name":"A","brands":["A","B"]}
            {"code":"4","code":"5","product_name":"A"}
            {"code":95210.0,"product_name":"A"}
            {"nothing":1}
            """);
    assertThat(took.names)
        .containsExactly("[1] Oats null", "[2] {en=Oats} null", "[3] A [A, B]", "[95210.0] A null");
    assertThat(took.broken).containsExactly("4 malformed", "6 columns");
  }

  @Test
  void whatWasRejectedIsReadAsItWas() throws Exception {
    String header = "gtin;name;brand\n";
    Took first = read(header + "1;A;B\n2;=1+1;C;more\n3;\"x\" y;\n");
    assertThat(first.broken).containsExactly("3 malformed", "4 malformed");
    String rejects = first.rejects.toString();
    assertThat(rejects).startsWith("rejected_line,rejected_code,rejected_detail,rejected_text,");

    Took again = read(rejects.replace(",\"more\"", ""));
    assertThat(again.names).containsExactly("[2] =1+1 C");
    assertThat(again.broken).containsExactly("3 malformed");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0123", "952", "9:30", "<b>", "a=b", "?", "x"})
  void whatNoSpreadsheetRunsIsWrittenAsItIs(String cell) {
    assertThat(RejectedRows.harmless(cell)).isEqualTo(RejectedRows.exactly(cell));
  }

  @Test
  void linesOfJsonThatWereRejectedAreReadAsTheyWere() throws Exception {
    Took first =
        read("{\"gtin\":1,\"name\":\"A\"}\nnonsense\n{\"gtin\":2,\"title\":\"B\",\"gtin\":3}\n");
    assertThat(first.broken).hasSize(2);
    Took again = read(first.rejects.toString().replace(",\"gtin\":3", ""));
    assertThat(again.names).containsExactly("[2] B null");
  }

  @Test
  void aColumnThatIsNamedIsThatOneAndNoOther() throws Exception {
    Map<Column, String> named = Map.of(Column.GTIN, "Artikel", Column.NAME, "gtin");
    assertThat(
            read(
                    "Artikel,gtin,name\n1,A,B\n".getBytes(StandardCharsets.UTF_8),
                    StandardCharsets.UTF_8,
                    named)
                .names)
        .containsExactly("[1] A null");
  }

  private static final List<String> OBJECTS =
      List.of(
          "{\"gtin\": 1, \"name\": \"A ] } \\\" [ {\"}",
          "{\"gtin\": 2, \"name\": [{\"lang\": \"en\", \"text\": \"B\"}]}",
          "{\"gtin\": 3, \"name\": \"C\"}");

  /** Its elements in lines or in one, shifted or not, each in one line or in several. */
  private static List<String> arrays(List<String> objects) {
    List<String> arrays = new ArrayList<>();
    for (String end : List.of("\n", "\r\n")) {
      for (String shift : List.of("", "  ")) {
        for (String within : List.of(" ", end + shift + "  ")) {
          arrays.add(
              "["
                  + end
                  + String.join(
                      "," + end,
                      objects.stream()
                          .map(each -> shift + each.replace(", \"", "," + within + "\""))
                          .toList())
                  + end
                  + "]"
                  + end);
        }
      }
    }
    return arrays;
  }

  @Test
  void theElementsOfAJsonArrayAreItsRows() throws Exception {
    List<String> all = new ArrayList<>(arrays(OBJECTS));
    all.add("[" + String.join(",", OBJECTS) + "]");
    all.add(" [ " + String.join(" , ", OBJECTS) + " ] ");
    for (String array : all) {
      Took took = read(array);
      assertThat(took.broken).as(array).isEmpty();
      assertThat(took.names)
          .as(array)
          .containsExactly("[1] A ] } \" [ { null", "[2] B null", "[3] C null");
    }
    assertThat(read("[]").names).isEmpty();
    assertThat(read("[]").broken).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"gtin\": 9, \"name\": \"X",
        "{\"gtin\": 9, \"name\": \"X\"",
        "{\"gtin\": 9, \"name\": [\"X\"}",
        "{\"gtin\": 9, \"name\": X\"}",
        "{\"gtin\": 9, \"name\": \"X\\\"}",
        "{\"gtin\" 9}",
        "{{\"gtin\": 9}",
        "\"gtin\": 9}",
        "null",
        "17",
      })
  void aBadElementCostsItselfWhereverItStands(String bad) throws Exception {
    for (int at = 0; at <= OBJECTS.size(); at++) {
      List<String> objects = new ArrayList<>(OBJECTS);
      objects.add(at, bad);
      for (String array : arrays(objects)) {
        Took took = read(array);
        assertThat(took.names)
            .as(array)
            .containsExactly("[1] A ] } \" [ { null", "[2] B null", "[3] C null");
        assertThat(took.broken).as(array).isNotEmpty().allMatch(why -> why.endsWith(" malformed"));
        assertThat(took.rejects.toString().lines()).hasSameSizeAs(took.broken);
      }
    }
  }

  /** Where each were looked for to its end, this would take hours. */
  @Test
  void aFileOfNothingButOpenElementsIsReadInTime() throws Exception {
    int many = 50_000;
    String open = "{\"gtin\": 9, \"name\": [\"X\"},\n";
    Took took = read("[\n" + open.repeat(many) + OBJECTS.getLast() + "\n]\n");
    assertThat(took.broken).hasSize(many);
    assertThat(took.names).containsExactly("[3] C null");
  }

  @Test
  void anArrayThatIsCutOffIsTold() throws Exception {
    String whole = arrays(OBJECTS).getFirst();
    for (int length = whole.indexOf('{') + 1; length < whole.lastIndexOf(']'); length++) {
      Took took = read(whole.substring(0, length));
      assertThat(took.broken).as(whole.substring(0, length)).isNotEmpty();
    }
  }

  @Test
  void anElementOfAnyLengthCostsNoOtherOne() throws Exception {
    String open = "{\"gtin\": 9, \"name\": \"" + "x".repeat(3_000_000);
    for (String bad : List.of(open, open + "\"}")) {
      Took took =
          read("[\n" + OBJECTS.getLast() + ",\n" + bad + ",\n" + OBJECTS.getLast() + "\n]\n");
      assertThat(took.names).containsExactly("[3] C null", "[3] C null");
      assertThat(took.broken).isNotEmpty();
    }
  }
}
