package io.sluice.gtin.catalog;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The words of a text as they are compared: in small letters, without accents, as people type them
 * who have no such keys, cut at whatever is no letter and no digit. So every database finds the
 * same.
 */
public final class Words {
  /** As many as one search may have: its work is bounded, whatever is asked. */
  public static final int MOST = 8;

  /**
   * Beginnings that are shorter are words of their own: half of all items have a word that begins
   * with one letter.
   */
  private static final int BEGINNING = 3;

  private static final int LATIN_END = 0x250;

  /**
   * Latin letters that Unicode does not take apart into a letter and a mark, and the one Greek
   * letter that is written otherwise at the end of a word.
   */
  private static final Map<Integer, String> PLAIN =
      Map.ofEntries(
          Map.entry((int) 'ł', "l"),
          Map.entry((int) 'ø', "o"),
          Map.entry((int) 'ß', "ss"),
          Map.entry((int) 'ẞ', "ss"),
          Map.entry((int) 'æ', "ae"),
          Map.entry((int) 'œ', "oe"),
          Map.entry((int) 'đ', "d"),
          Map.entry((int) 'ð', "d"),
          Map.entry((int) 'þ', "th"),
          Map.entry((int) 'ħ', "h"),
          Map.entry((int) 'ı', "i"),
          Map.entry((int) 'ĸ', "k"),
          Map.entry((int) 'ŋ', "n"),
          Map.entry((int) 'ŧ', "t"),
          Map.entry((int) 'ƒ', "f"),
          Map.entry((int) 'ə', "e"),
          Map.entry((int) 'ς', "σ"));

  private Words() {}

  /** The different words of a text, in their order. */
  public static List<String> of(String text) {
    Set<String> words = new LinkedHashSet<>();
    for (String word : folded(text).split(" ", -1)) {
      if (!word.isEmpty()) {
        words.add(word);
      }
    }
    return new ArrayList<>(words);
  }

  /** Whether words that go on are found as well. */
  static boolean isBeginning(String word) {
    return word.length() >= BEGINNING || word.codePoints().anyMatch(c -> c >= LATIN_END);
  }

  /** A text's words with a space between two. */
  static String folded(String text) {
    if (isAscii(text)) {
      return foldedAscii(text);
    }
    String plain = Normalizer.normalize(text, Normalizer.Form.NFKD);
    StringBuilder folded = new StringBuilder(plain.length());
    for (int i = 0; i < plain.length(); ) {
      int c = plain.codePointAt(i);
      i += Character.charCount(c);
      if (Character.isLetterOrDigit(c)) {
        int small = Character.toLowerCase(c);
        String letters = small < 0x80 ? null : PLAIN.get(small);
        if (letters == null) {
          folded.appendCodePoint(small);
        } else {
          folded.append(letters);
        }
      } else if (Character.getType(c) != Character.NON_SPACING_MARK) {
        folded.append(' ');
      }
    }
    return folded.toString();
  }

  private static String foldedAscii(String text) {
    char[] folded = new char[text.length()];
    for (int i = 0; i < folded.length; i++) {
      char c = text.charAt(i);
      folded[i] = Character.isLetterOrDigit(c) ? Character.toLowerCase(c) : ' ';
    }
    return new String(folded);
  }

  /** Whether a text has letters that were compared as they are before there was a table of them. */
  static boolean wasFoldedOtherwise(String text) {
    return !isAscii(text)
        && text.codePoints().anyMatch(c -> PLAIN.containsKey(Character.toLowerCase(c)));
  }

  private static boolean isAscii(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) > 0x7f) {
        return false;
      }
    }
    return true;
  }
}
