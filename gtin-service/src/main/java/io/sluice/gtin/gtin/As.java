package io.sluice.gtin.gtin;

import static java.util.stream.Collectors.joining;

import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * In which forms a code comes, where its sender says so. It decides between several readings, and
 * refuses a reading in any other form.
 *
 * @param forms empty where nothing is said
 */
public record As(Set<Form> forms) {
  /** Nothing is said. */
  public static final As ANYTHING = new As(Set.of());

  public As {
    forms = Set.copyOf(forms);
  }

  /** The forms with these codes, separated by commas: {@code gtin-8,gtin-13}; empty for others. */
  public static Optional<As> find(String codes) {
    Set<Form> forms = EnumSet.noneOf(Form.class);
    for (String code : codes.split(",", -1)) {
      Optional<Form> form = Form.find(code.strip());
      if (form.isEmpty()) {
        return Optional.empty();
      }
      forms.add(form.get());
    }
    return Optional.of(new As(forms));
  }

  /** Whether a reading in this form is one. */
  boolean allows(Form form) {
    return forms.isEmpty() || forms.contains(form);
  }

  /** Whether this form was named, which is evidence for it. */
  boolean names(Form form) {
    return forms.contains(form);
  }

  /** How sure a step is that leads to a form: certain where that was named. */
  Confidence confidence(Form form, Confidence otherwise) {
    return names(form) ? Confidence.CERTAIN : otherwise;
  }

  /** As people write it: {@code GTIN-8 or GTIN-13}. */
  String text() {
    return forms.stream().sorted().map(Form::text).collect(joining(" or "));
  }
}
