package io.sluice.gtin.gtin;

import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What the first digits of a number say (GS1, "GS1 Company Prefix"): who issued it, and whether it
 * is of a kind that does not mean one item everywhere. It classifies and never refuses, since real
 * items carry prefixes that nobody has assigned.
 *
 * @param digits the prefix, three digits of the thirteen-digit form, or of the eight for a GTIN-8
 * @param issuer the organisation that hands such numbers out, which says nothing about where the
 *     item was made; empty where none is known
 * @param kinds of {@code restricted-circulation}, {@code variable-measure}, {@code coupon}, {@code
 *     refund-receipt}, {@code demonstration}, {@code issn}, {@code isbn}, {@code ismn}, {@code
 *     reserved}
 */
public record Prefix(String digits, String issuer, Set<String> kinds) {
  private static final TreeMap<Integer, Range> ISSUERS = issuers();
  private static final int GTIN_8_RESTRICTED = 99;

  /** Up to where an issuer's prefixes go. */
  private record Range(int end, String issuer) {}

  /** The prefix of a number. */
  public static Prefix of(Gtin gtin) {
    boolean eight = gtin.type() == GtinType.GTIN_8;
    String digits = gtin.text().substring(eight ? 6 : 1).substring(0, 3);
    int prefix = Integer.parseInt(digits);
    Set<String> kinds = new LinkedHashSet<>();
    if (eight) {
      if (prefix <= GTIN_8_RESTRICTED || (prefix >= 200 && prefix <= 299)) {
        kinds.add("restricted-circulation");
      } else if (prefix >= 977) {
        kinds.add("reserved");
      }
    } else {
      kinds(prefix, gtin.text().substring(1), kinds);
    }
    if (gtin.type() == GtinType.GTIN_14 && gtin.text().charAt(0) == '9') {
      kinds.add("variable-measure");
    }
    boolean local = kinds.contains("restricted-circulation") || kinds.contains("reserved");
    return new Prefix(digits, local ? "" : issuer(prefix), kinds);
  }

  private static void kinds(int prefix, String thirteen, Set<String> kinds) {
    if ((prefix >= 20 && prefix <= 29) || (prefix >= 200 && prefix <= 299)) {
      kinds.add("restricted-circulation");
      kinds.add("variable-measure");
    } else if ((prefix >= 40 && prefix <= 49) || thirteen.startsWith("0000000")) {
      kinds.add("restricted-circulation");
    } else if (thirteen.startsWith("00000")) {
      kinds.add("reserved");
    } else if ((prefix >= 50 && prefix <= 59)
        || (prefix >= 981 && prefix <= 983)
        || prefix >= 990) {
      kinds.add("coupon");
    } else if (prefix == 952) {
      kinds.add("demonstration");
    } else if (prefix == 977) {
      kinds.add("issn");
    } else if (thirteen.startsWith("9790")) {
      kinds.add("ismn");
    } else if (prefix == 978 || prefix == 979) {
      kinds.add("isbn");
    } else if (prefix == 980) {
      kinds.add("refund-receipt");
    }
  }

  private static String issuer(int prefix) {
    Map.Entry<Integer, Range> entry = ISSUERS.floorEntry(prefix);
    return entry != null && prefix <= entry.getValue().end ? entry.getValue().issuer : "";
  }

  /** GS1's member organisations; a prefix that is missing here is reserved. */
  private static TreeMap<Integer, Range> issuers() {
    String table =
        "0-19 US,30-39 US,60-139 US,300-379 France,380 Bulgaria,383 Slovenia,385 Croatia,"
            + "387 Bosnia-Herzegovina,389 Montenegro,400-440 Germany,450-459 Japan,460-469 Russia,"
            + "470 Kyrgyzstan,471 Chinese Taipei,474 Estonia,475 Latvia,476 Azerbaijan,"
            + "477 Lithuania,478 Uzbekistan,479 Sri Lanka,480 Philippines,481 Belarus,482 Ukraine,"
            + "483 Turkmenistan,484 Moldova,485 Armenia,486 Georgia,487 Kazakhstan,488 Tajikistan,"
            + "489 Hong Kong,490-499 Japan,500-509 UK,520-521 Greece,528 Lebanon,529 Cyprus,"
            + "530 Albania,531 North Macedonia,535 Malta,539 Ireland,540-549 Belgium & Luxembourg,"
            + "560 Portugal,569 Iceland,570-579 Denmark,590 Poland,594 Romania,599 Hungary,"
            + "600-601 South Africa,603 Ghana,604 Senegal,605 Uganda,606 Angola,607 Oman,"
            + "608 Bahrain,609 Mauritius,611 Morocco,613 Algeria,615 Nigeria,616 Kenya,"
            + "617 Cameroon,618 Côte d'Ivoire,619 Tunisia,620 Tanzania,621 Syria,622 Egypt,"
            + "624 Libya,625 Jordan,626 Iran,627 Kuwait,628 Saudi Arabia,629 Emirates,630 Qatar,"
            + "631 Namibia,632 Rwanda,640-649 Finland,680-681 China,690-699 China,700-709 Norway,"
            + "729 Israel,730-739 Sweden,740 Guatemala,741 El Salvador,742 Honduras,743 Nicaragua,"
            + "744 Costa Rica,745 Panama,746 Dominican Republic,750 Mexico,754-755 Canada,"
            + "759 Venezuela,760-769 Switzerland,770-771 Colombia,773 Uruguay,775 Peru,777 Bolivia,"
            + "778-779 Argentina,780 Chile,784 Paraguay,786 Ecuador,789-790 Brazil,800-839 Italy,"
            + "840-849 Spain,850 Cuba,858 Slovakia,859 Czechia,860 Serbia,865 Mongolia,"
            + "867 North Korea,868-869 Türkiye,870-879 Netherlands,880-881 South Korea,883 Myanmar,"
            + "884 Cambodia,885 Thailand,888 Singapore,890 India,893 Vietnam,896 Pakistan,"
            + "899 Indonesia,900-919 Austria,930-939 Australia,940-949 New Zealand,"
            + "950-952 Global Office,955 Malaysia,958 Macau,960-969 Global Office";
    TreeMap<Integer, Range> issuers = new TreeMap<>();
    for (String row : table.split(",", -1)) {
      int space = row.indexOf(' ');
      String[] ends = row.substring(0, space).split("-", -1);
      int from = Integer.parseInt(ends[0]);
      int to = Integer.parseInt(ends[ends.length - 1]);
      issuers.put(from, new Range(to, "GS1 " + row.substring(space + 1)));
    }
    return issuers;
  }
}
