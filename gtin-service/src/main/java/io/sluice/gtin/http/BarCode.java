package io.sluice.gtin.http;

import io.sluice.gtin.gtin.Gtin;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import uk.org.okapibarcode.backend.Code2Of5;
import uk.org.okapibarcode.backend.Ean;
import uk.org.okapibarcode.backend.HumanReadableLocation;
import uk.org.okapibarcode.backend.Symbol;
import uk.org.okapibarcode.backend.Upc;
import uk.org.okapibarcode.graphics.Color;
import uk.org.okapibarcode.graphics.Rectangle;
import uk.org.okapibarcode.output.SvgRenderer;

/**
 * The bar code of a number: EAN-8, UPC-A, EAN-13 or ITF-14 (GS1 General Specifications section
 * 5.2).
 */
final class BarCode {
  private static final int BAR_HEIGHT = 60;
  private static final int QUIET_MODULES = 11;
  private static final int SCALE = 2;
  private static final byte[] PNG = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

  private BarCode() {}

  /** As SVG, with its digits under it. */
  static byte[] svg(Gtin gtin) {
    Symbol symbol = symbol(gtin, HumanReadableLocation.BOTTOM);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      new SvgRenderer(out, SCALE, Color.WHITE, Color.BLACK, true).render(symbol);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return out.toByteArray();
  }

  /** As PNG in black and white, bars alone: two pixels for a module. */
  static byte[] png(Gtin gtin) {
    Symbol symbol = symbol(gtin, HumanReadableLocation.NONE);
    int width = symbol.getWidth() * SCALE;
    int height = symbol.getHeight() * SCALE;
    byte[] pixels = new byte[(width + 1) * height];
    for (int y = 0; y < height; y++) {
      // Each line begins with how it is filtered: not at all (0).
      for (int x = 1; x <= width; x++) {
        pixels[y * (width + 1) + x] = (byte) 0xff;
      }
    }
    for (Rectangle bar : symbol.getRectangles()) {
      int left = (int) (bar.x * SCALE) + symbol.getQuietZoneHorizontal() * SCALE;
      int top = (int) (bar.y * SCALE) + symbol.getQuietZoneVertical() * SCALE;
      for (int y = top; y < Math.min(height, top + bar.height * SCALE); y++) {
        for (int x = left; x < Math.min(width, left + bar.width * SCALE); x++) {
          pixels[y * (width + 1) + 1 + x] = 0;
        }
      }
    }
    return png(width, height, pixels);
  }

  private static Symbol symbol(Gtin gtin, HumanReadableLocation digits) {
    Symbol symbol =
        switch (gtin.type()) {
          case GTIN_8 -> new Ean(Ean.Mode.EAN8);
          case GTIN_12 -> new Upc(Upc.Mode.UPCA);
          case GTIN_13 -> new Ean(Ean.Mode.EAN13);
          case GTIN_14 -> new Code2Of5(Code2Of5.ToFMode.ITF14);
        };
    symbol.setBarHeight(BAR_HEIGHT);
    symbol.setQuietZoneHorizontal(QUIET_MODULES);
    symbol.setQuietZoneVertical(2);
    symbol.setHumanReadableLocation(digits);
    String text = gtin.naturalText();
    symbol.setContent(text.substring(0, text.length() - 1));
    return symbol;
  }

  /** Eight bits of grey a pixel (W3C PNG, third edition, sections 5 and 11). */
  private static byte[] png(int width, int height, byte[] lines) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(PNG);
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    try (DataOutputStream fields = new DataOutputStream(head);
        DeflaterOutputStream packed = new DeflaterOutputStream(data, new Deflater())) {
      fields.writeInt(width);
      fields.writeInt(height);
      fields.write(new byte[] {8, 0, 0, 0, 0});
      packed.write(lines);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    chunk("IHDR", head.toByteArray(), out);
    chunk("IDAT", data.toByteArray(), out);
    chunk("IEND", new byte[0], out);
    return out.toByteArray();
  }

  private static void chunk(String type, byte[] content, ByteArrayOutputStream into) {
    byte[] name = type.getBytes(StandardCharsets.US_ASCII);
    CRC32 sum = new CRC32();
    sum.update(name);
    sum.update(content);
    number(content.length, into);
    into.writeBytes(name);
    into.writeBytes(content);
    number((int) sum.getValue(), into);
  }

  private static void number(int value, ByteArrayOutputStream into) {
    for (int shift = 24; shift >= 0; shift -= 8) {
      into.write(value >>> shift);
    }
  }
}
