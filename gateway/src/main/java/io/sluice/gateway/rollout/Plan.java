package io.sluice.gateway.rollout;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** What a rollout is to do, in steps. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "plan")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Shift.class, name = "shift"),
  @JsonSubTypes.Type(value = Rolling.class, name = "rolling")
})
public sealed interface Plan permits Shift, Rolling {
  /** The rollout's id: one at a time for each. */
  String id();

  /** For people, such as {@code canary}. */
  String style();

  /** What changes, in a few words. */
  String what();

  /** The index of the last step. */
  int lastStep();

  /** How much is new in a step, in percent. */
  int share(int step);
}
