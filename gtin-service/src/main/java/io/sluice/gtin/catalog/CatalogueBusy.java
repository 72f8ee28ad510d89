package io.sluice.gtin.catalog;

/** The catalogue is there and cannot answer soon; nothing was changed. Ask again a little later. */
public final class CatalogueBusy extends RuntimeException {
  private static final long serialVersionUID = 1;

  /**
   * @param why such as {@code an import is running}
   */
  public CatalogueBusy(String why) {
    super(why);
  }
}
