package io.sluice.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.benmanes.caffeine.cache.Cache;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.netty.buffer.ByteBuf;
import io.sluice.gateway.memory.Bounded;
import io.sluice.gateway.memory.Charged;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Whatever can grow with what strangers send names its budget, or says what bounds it. */
class KeptForStrangersTest {
  private static final Set<String> PACKAGES =
      Set.of("client", "exchange", "upstream", "wire", "middleware", "memory", "telemetry");
  private static final List<Class<?>> GROWING =
      List.of(ByteBuf.class, Collection.class, Map.class, Cache.class, StringBuilder.class);

  @Test
  void whatCanGrowNamesItsBudgetOrSaysWhatBoundsIt() {
    JavaClasses classes =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(
                PACKAGES.stream().map(each -> "io.sluice.gateway." + each).toArray(String[]::new));
    Set<String> silent = new TreeSet<>();
    for (JavaClass type : classes) {
      for (JavaField field : type.getFields()) {
        if (grows(field) && !says(field)) {
          silent.add(type.getSimpleName() + "." + field.getName());
        }
      }
    }
    assertThat(silent).isEmpty();
  }

  /**
   * A field of a class that is mutable by design; a record's components are what it was made of.
   */
  private static boolean grows(JavaField field) {
    return !field.getModifiers().contains(JavaModifier.STATIC)
        && !field.getOwner().isRecord()
        && !field.getModifiers().contains(JavaModifier.SYNTHETIC)
        && GROWING.stream().anyMatch(growing -> field.getRawType().isAssignableTo(growing));
  }

  private static boolean says(JavaField field) {
    return field.isAnnotatedWith(Charged.class) || field.isAnnotatedWith(Bounded.class);
  }
}
