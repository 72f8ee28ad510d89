package io.sluice.gtin.http;

import io.sluice.gtin.gtin.CompanyPrefixes;
import io.sluice.gtin.gtin.VariableMeasure;
import java.util.Optional;

/**
 * What an operator has told the service of numbers.
 *
 * @param prefixes of companies, which decide between readings
 * @param region whose scales have printed numbers with a measure; empty where they mean nothing
 */
public record Knowledge(CompanyPrefixes prefixes, Optional<VariableMeasure.Region> region) {
  /** Nothing is known. */
  public static final Knowledge NONE = new Knowledge(CompanyPrefixes.NONE, Optional.empty());
}
