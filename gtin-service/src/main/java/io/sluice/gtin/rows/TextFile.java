package io.sluice.gtin.rows;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;

/**
 * The text of a file, whatever it comes in: compressed or not, in the encoding that its byte order
 * mark names or that somebody has named. What is no text is named for what it is.
 */
final class TextFile {
  private static final int LOOKED_AT = 8;

  /** Stands for bytes that are no text in the file's encoding; no text has it (Unicode, U+FFFF). */
  static final char NO_TEXT = '\uffff';

  /** Why a row with one is none. */
  static final String WRONG_ENCODING =
      "found bytes that are no text in the file's encoding (UTF-8 where nothing else is named),"
          + " expected it to be named";

  private TextFile() {}

  /**
   * Its characters, without a byte order mark.
   *
   * @param encoding where no mark names another one
   * @throws NoRows when it is a workbook, an archive of several files, a document or a picture;
   *     when bytes are no text in the encoding, the reader's methods throw it
   */
  static BufferedReader read(InputStream bytes, Charset encoding) throws IOException {
    return read(bytes, encoding, true);
  }

  private static BufferedReader read(InputStream bytes, Charset encoding, boolean compressed)
      throws IOException {
    BufferedInputStream in = new BufferedInputStream(bytes, 1 << 16);
    in.mark(LOOKED_AT);
    byte[] first = in.readNBytes(LOOKED_AT);
    in.reset();
    if (compressed && begins(first, 0x1f, 0x8b)) {
      return read(new GZIPInputStream(in, 1 << 16), encoding, false);
    }
    if (begins(first, 'P', 'K', 5, 6)) {
      throw new NoRows("found an empty zip archive, expected one with a file");
    }
    if (compressed && begins(first, 'P', 'K', 3, 4)) {
      return read(onlyFileOf(new ZipInputStream(in)), encoding, false);
    }
    refuseWhatIsNoText(first);
    return text(in, first, encoding);
  }

  private static BufferedReader text(InputStream in, byte[] first, Charset encoding)
      throws IOException {
    int mark = 0;
    Charset marked = encoding;
    if (begins(first, 0xef, 0xbb, 0xbf)) {
      mark = 3;
      marked = StandardCharsets.UTF_8;
    } else if (begins(first, 0xff, 0xfe, 0, 0)) {
      mark = 4;
      marked = Charset.forName("UTF-32LE");
    } else if (begins(first, 0, 0, 0xfe, 0xff)) {
      mark = 4;
      marked = Charset.forName("UTF-32BE");
    } else if (begins(first, 0xff, 0xfe)) {
      mark = 2;
      marked = StandardCharsets.UTF_16LE;
    } else if (begins(first, 0xfe, 0xff)) {
      mark = 2;
      marked = StandardCharsets.UTF_16BE;
    }
    in.skipNBytes(mark);
    // A byte that is no text costs its row: those who read rows look for the mark.
    CharsetDecoder decoder =
        marked
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE)
            .replaceWith(String.valueOf(NO_TEXT));
    return new BufferedReader(new Told(new InputStreamReader(in, decoder)), 1 << 16);
  }

  private static boolean begins(byte[] bytes, int... with) {
    if (bytes.length < with.length) {
      return false;
    }
    for (int i = 0; i < with.length; i++) {
      if ((bytes[i] & 0xff) != with[i]) {
        return false;
      }
    }
    return true;
  }

  private static void refuseWhatIsNoText(byte[] first) throws NoRows {
    String kind = "";
    if (begins(first, 0xd0, 0xcf, 0x11, 0xe0)) {
      kind = "an Excel workbook";
    } else if (begins(first, 'P', 'K')) {
      kind = "a zip archive in another archive";
    } else if (begins(first, 0x1f, 0x8b)) {
      kind = "a file that is compressed twice";
    } else if (begins(first, '%', 'P', 'D', 'F')) {
      kind = "a PDF";
    } else if (begins(first, 'P', 'A', 'R', '1')) {
      kind = "a Parquet file";
    } else if (begins(first, 0x89, 'P', 'N', 'G') || begins(first, 0xff, 0xd8, 0xff)) {
      kind = "a picture";
    } else if (begins(first, 'B', 'Z', 'h') || begins(first, 0xfd, '7', 'z', 'X')) {
      kind = "a file that is compressed by bzip2 or xz";
    } else if (begins(first, 0x28, 0xb5, 0x2f, 0xfd)) {
      kind = "a file that is compressed by zstd";
    }
    if (!kind.isEmpty()) {
      throw new NoRows("found " + kind + ", expected CSV or JSON Lines, perhaps in gzip or zip");
    }
  }

  /** A workbook is an archive too. */
  private static InputStream onlyFileOf(ZipInputStream zip) throws IOException {
    for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
      String name = entry.getName();
      if (name.equals("[Content_Types].xml") || name.startsWith("xl/") || name.equals("mimetype")) {
        throw new NoRows("found a workbook, expected it saved as CSV");
      }
      if (isFile(entry)) {
        return new OnlyFile(zip);
      }
    }
    throw new NoRows("found a zip archive without a file, expected one with one");
  }

  /** What some archivers add is none. */
  private static boolean isFile(ZipEntry entry) {
    String name = entry.getName();
    return !entry.isDirectory()
        && !name.startsWith("__MACOSX/")
        && !name.substring(name.lastIndexOf('/') + 1).startsWith(".");
  }

  /** The file of an archive; a second one is not passed over in silence. */
  private static final class OnlyFile extends InputStream {
    private final ZipInputStream zip;
    private boolean ended;

    OnlyFile(ZipInputStream zip) {
      this.zip = zip;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
      int got = ended ? -1 : zip.read(into, from, length);
      if (got < 0 && !ended) {
        ended = true;
        for (ZipEntry more = zip.getNextEntry(); more != null; more = zip.getNextEntry()) {
          if (isFile(more)) {
            throw new NoRows("found a zip archive of several files, expected one file in it");
          }
        }
      }
      return got;
    }

    @Override
    public void close() throws IOException {
      zip.close();
    }
  }

  /** Says what is wrong with a file that cannot be read to its end. */
  private static final class Told extends Reader {
    private final Reader reader;

    Told(Reader reader) {
      this.reader = reader;
    }

    @Override
    public int read(char[] into, int from, int length) throws IOException {
      try {
        int got = reader.read(into, from, length);
        if (got > 0 && hasNul(into, from, got)) {
          throw new NoRows("found bytes that are no text, expected CSV or JSON Lines");
        }
        return got;
      } catch (EOFException cut) {
        throw new NoRows("found a file that is cut off, expected all of it");
      } catch (ZipException broken) {
        throw new NoRows("found a compressed file that is broken, expected it whole");
      }
    }

    /** A file in UTF-16 without its mark has one in every second byte. */
    private boolean hasNul(char[] chars, int from, int length) {
      int nuls = 0;
      for (int i = from; i < from + length; i++) {
        nuls += chars[i] == 0 ? 1 : 0;
      }
      return nuls > length / 4 && nuls > 2;
    }

    @Override
    public void close() throws IOException {
      reader.close();
    }
  }
}
