package io.sluice.gtin.catalog;

/** The database cannot be used now. */
public final class CatalogueAway extends RuntimeException {
  private static final long serialVersionUID = 1;

  CatalogueAway(Throwable cause) {
    super("the catalogue's database cannot be used: " + cause.getMessage(), cause);
  }
}
