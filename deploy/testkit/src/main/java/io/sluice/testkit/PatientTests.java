package io.sluice.testkit;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Has every wait of a test the {@link Patience} of all. JUnit finds it by its services file. */
public final class PatientTests implements BeforeAllCallback {
  @Override
  public void beforeAll(ExtensionContext test) {
    Awaitility.setDefaultTimeout(Patience.TIME);
  }
}
