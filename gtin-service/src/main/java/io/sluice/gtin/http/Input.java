package io.sluice.gtin.http;

import io.sluice.gtin.gtin.As;
import io.sluice.gtin.gtin.Form;
import io.sluice.gtin.gtin.Quoted;
import org.jspecify.annotations.Nullable;

/**
 * A code that is asked for, alone or among many.
 *
 * @param requested as it was sent; a JSON value where it came in JSON
 * @param code its text
 * @param as in which forms the client says that it comes
 */
record Input(@Nullable Object requested, String code, As as) {
  /** What a request says of the forms. */
  static As as(@Nullable Object codes) throws Malformed {
    if (codes == null) {
      return As.ANYTHING;
    }
    if (!(codes instanceof String text)) {
      throw new Malformed(
          Problem.UNKNOWN_FORM, "as: found " + Quoted.of(codes) + ", expected of " + Form.codes());
    }
    return As.find(text)
        .orElseThrow(
            () ->
                new Malformed(
                    Problem.UNKNOWN_FORM,
                    "found as=" + Quoted.of(text) + ", expected of " + Form.codes()));
  }
}
