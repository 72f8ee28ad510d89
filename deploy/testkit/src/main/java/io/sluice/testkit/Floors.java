package io.sluice.testkit;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Checks that imports between the packages of a module only go down, and that libraries stay behind
 * their walls.
 */
public final class Floors {
  private final String root;
  private final Map<String, Integer> floors;
  private final JavaClasses classes;

  /**
   * @param root the package above all others
   * @param floors the floor of each package below the root, the root itself as the empty name
   */
  public Floors(String root, Map<String, Integer> floors) {
    this.root = root;
    this.floors = floors;
    this.classes =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(root);
  }

  /**
   * Every import from a package to one on its own floor or above, and every package that has no
   * floor.
   */
  public List<String> climbing() {
    List<String> wrong = new ArrayList<>();
    for (JavaClass type : classes) {
      Integer floor = floors.get(below(type.getPackageName()));
      if (floor == null) {
        wrong.add(type.getName() + " is in a package without a floor");
        continue;
      }
      for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
        JavaClass target = dependency.getTargetClass();
        boolean ours =
            target.getPackageName().equals(root) || target.getPackageName().startsWith(root + ".");
        if (ours
            && !target.getPackageName().equals(type.getPackageName())
            && floors.getOrDefault(below(target.getPackageName()), Integer.MAX_VALUE) >= floor) {
          wrong.add(type.getName() + " uses " + target.getName());
        }
      }
    }
    return wrong;
  }

  /**
   * Every use of a library, named by the start of its packages, from a package that is not one of
   * these.
   */
  public List<String> outside(Set<String> allowed, String... library) {
    List<String> wrong = new ArrayList<>();
    for (JavaClass type : classes) {
      if (allowed.contains(below(type.getPackageName()))) {
        continue;
      }
      for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
        String target = dependency.getTargetClass().getName();
        for (String start : library) {
          if (target.startsWith(start)) {
            wrong.add(type.getName() + " uses " + target);
          }
        }
      }
    }
    return wrong;
  }

  private String below(String packageName) {
    return packageName.equals(root) ? "" : packageName.substring(root.length() + 1);
  }
}
