package io.sluice.gateway.fleet;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.gateway.config.KeyTree;
import io.sluice.gateway.config.Secrets;
import io.sluice.gateway.config.Shown;
import io.sluice.gateway.store.EtcdStore;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Who changed what: beside every change that a command makes, and in the same transaction, stands a
 * record under {@code history/} with the values before and after. The last ones are kept, so that
 * an earlier tree is known also when the store has forgotten its revision.
 */
public final class History {
  /** The folder of all records. */
  public static final String FOLDER = "history/";

  private static final int MOST_ENTRIES = 200;

  /** Of all records together: every command reads them. */
  private static final int MOST_CHARS = 2 * 1024 * 1024;

  /** Of one: a larger change, or one of secrets in clear, is recorded without its values. */
  private static final int MOST_ENTRY_CHARS = 128 * 1024;

  private static final int MOST_FORGOTTEN_AT_ONCE = 16;
  private static final JsonMapper JSON = new JsonMapper();

  private History() {}

  /**
   * Who makes a change, and why.
   *
   * @param message may be empty; of both only so much is kept as people read
   */
  public record Note(String author, String message) {
    private static final int MOST_CHARS = 1_000;

    /** Bounds them. */
    public Note {
      author = Shown.text(author, MOST_CHARS);
      message = Shown.text(message, MOST_CHARS);
    }
  }

  /**
   * One key's change.
   *
   * @param before null for a key that was not there
   * @param after null for one that was removed
   * @param seen the revision of the value before; 0 where there was none
   */
  public record KeyChange(String key, @Nullable String before, @Nullable String after, long seen) {
    /** As people call it. */
    public String what() {
      return before == null ? "add" : after == null ? "remove" : "change";
    }
  }

  /**
   * What one command changed.
   *
   * @param revision at which it was visible
   * @param at when, ISO 8601; empty for a change that no command made
   * @param whole whether the values were recorded, too
   */
  public record Entry(
      long revision,
      String at,
      String author,
      String message,
      boolean whole,
      List<KeyChange> changes) {
    /** For programs: the values, where they were recorded, without secrets. */
    public ObjectNode json() {
      ObjectNode json = JSON.createObjectNode();
      json.put("revision", revision).put("at", at).put("author", author).put("message", message);
      ArrayNode list = json.putArray("changes");
      for (KeyChange change : changes) {
        ObjectNode each = list.addObject().put("key", change.key()).put("change", change.what());
        if (whole) {
          each.put("before", shown(change.key(), change.before()));
          each.put("after", shown(change.key(), change.after()));
        }
      }
      return json;
    }

    private static @Nullable String shown(String key, @Nullable String value) {
      return value == null ? null : Secrets.hidden(key, value);
    }
  }

  /**
   * What has to be written beside changes, in the same transaction.
   *
   * @param now the store, or its folder of records at least
   */
  static List<EtcdStore.Change> beside(EtcdStore.Snapshot now, List<KeyChange> changes, Note note) {
    List<EtcdStore.Change> beside = new ArrayList<>();
    String entry = json(changes, note);
    List<String> keys = new ArrayList<>();
    long chars = entry.length();
    for (Map.Entry<String, EtcdStore.Stored> each : now.keys().tailMap(FOLDER).entrySet()) {
      if (!each.getKey().startsWith(FOLDER)) {
        break;
      }
      keys.add(each.getKey());
      chars += each.getValue().value().length();
    }
    int left = keys.size();
    for (String oldest : keys) {
      boolean full = left >= MOST_ENTRIES || chars > MOST_CHARS;
      if (!full || beside.size() == MOST_FORGOTTEN_AT_ONCE) {
        break;
      }
      EtcdStore.Stored gone = now.keys().get(oldest);
      chars -= gone == null ? 0 : gone.value().length();
      left--;
      beside.add(new EtcdStore.Change(oldest, null, EtcdStore.Change.ANY, 0));
    }
    String id =
        String.format(
            "%013d-%04x", System.currentTimeMillis(), ThreadLocalRandom.current().nextInt(0x10000));
    beside.add(new EtcdStore.Change(FOLDER + id, entry, 0, 0));
    return beside;
  }

  /**
   * The same for changes of which only the new values are known.
   *
   * @throws IOException when the store cannot be reached or refuses
   */
  public static List<EtcdStore.Change> beside(
      EtcdStore store, List<EtcdStore.Change> changes, Note note)
      throws IOException, InterruptedException {
    List<KeyChange> known = new ArrayList<>();
    for (EtcdStore.Change change : changes) {
      EtcdStore.Stored before = store.find(change.key());
      known.add(
          before == null
              ? new KeyChange(change.key(), null, change.value(), 0)
              : new KeyChange(change.key(), before.value(), change.value(), before.modRevision()));
    }
    return beside(store.read(FOLDER), known, note);
  }

  private static String json(List<KeyChange> changes, Note note) {
    int chars = 0;
    for (KeyChange change : changes) {
      chars += length(change.before()) + length(change.after());
    }
    boolean whole = chars <= MOST_ENTRY_CHARS && changes.stream().noneMatch(History::isSecret);
    ObjectNode json = JSON.createObjectNode();
    json.put("At", Instant.now().toString())
        .put("Author", note.author())
        .put("Message", note.message())
        .put("Whole", whole);
    ArrayNode list = json.putArray("Changes");
    int named = 0;
    for (KeyChange change : changes) {
      named += change.key().length();
      if (named > MOST_ENTRY_CHARS) {
        break;
      }
      ObjectNode each = list.addObject().put("Key", change.key()).put("Change", change.what());
      each.put("Seen", change.seen());
      if (whole) {
        each.put("Before", change.before()).put("After", change.after());
      }
    }
    try {
      return JSON.writeValueAsString(json);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** What is in clear in the tree is not kept longer than there. */
  private static boolean isSecret(KeyChange change) {
    String before = change.before();
    String after = change.after();
    return (before != null && Sealing.isInClear(change.key(), before))
        || (after != null && Sealing.isInClear(change.key(), after));
  }

  private static int length(@Nullable String text) {
    return text == null ? 0 : text.length();
  }

  /**
   * What is known of the store's changes, the newest first. What others than commands have written,
   * and is there, stands among them without an author.
   *
   * <p>A record that cannot be read is one without changes, which says so.
   */
  public static List<Entry> of(EtcdStore.Snapshot now) {
    List<Entry> entries = new ArrayList<>();
    TreeMap<Long, List<KeyChange>> others = new TreeMap<>();
    for (Map.Entry<String, EtcdStore.Stored> each : now.keys().entrySet()) {
      EtcdStore.Stored stored = each.getValue();
      if (each.getKey().startsWith(FOLDER)) {
        entries.add(entry(each.getKey(), stored));
      } else if (!KeyTree.isOurOwn(each.getKey()) && stored.lease() == 0) {
        others
            .computeIfAbsent(stored.modRevision(), revision -> new ArrayList<>())
            .add(new KeyChange(each.getKey(), "", stored.value(), 0));
      }
    }
    entries.forEach(entry -> others.remove(entry.revision()));
    others.forEach(
        (revision, changes) -> entries.add(new Entry(revision, "", "", "", false, changes)));
    entries.sort(Comparator.comparingLong(Entry::revision).reversed());
    return entries;
  }

  private static Entry entry(String key, EtcdStore.Stored stored) {
    JsonNode json;
    try {
      json = JSON.readTree(stored.value());
    } catch (JsonProcessingException none) {
      json = JSON.nullNode();
    }
    if (!json.isObject()) {
      String message = "the record " + key + " cannot be read";
      return new Entry(stored.modRevision(), "", "", message, false, List.of());
    }
    boolean whole = json.path("Whole").asBoolean();
    List<KeyChange> changes = new ArrayList<>();
    for (JsonNode each : json.path("Changes")) {
      String what = each.path("Change").asText();
      changes.add(
          new KeyChange(
              each.path("Key").asText(),
              what.equals("add") ? null : each.path("Before").asText(),
              what.equals("remove") ? null : each.path("After").asText(),
              each.path("Seen").asLong()));
    }
    return new Entry(
        stored.modRevision(),
        json.path("At").asText(),
        json.path("Author").asText(),
        json.path("Message").asText(),
        whole,
        changes);
  }

  /**
   * The tree as it was at a revision: as the store remembers it, or else by taking back what was
   * recorded since. Without what hangs on a lease, which is no operator's.
   *
   * @throws IOException when the store has forgotten it and it cannot be told any more
   */
  public static SortedMap<String, String> treeAt(
      EtcdStore store, EtcdStore.Snapshot now, long revision)
      throws IOException, InterruptedException {
    if (revision < 1 || revision > now.revision()) {
      throw new IOException(
          "found revision " + revision + ", expected one from 1 to " + now.revision());
    }
    try {
      return withoutLeased(store.readAt("", revision));
    } catch (IOException refused) {
      if (!EtcdStore.isForgotten(refused)) {
        throw refused;
      }
    }
    SortedMap<String, String> tree = withoutLeased(now);
    Map<String, Long> since = new TreeMap<>();
    for (Entry entry : of(now)) {
      if (entry.revision() > revision) {
        takeBack(entry, tree, revision);
        entry.changes().forEach(change -> since.put(change.key(), change.seen()));
      }
    }
    for (Map.Entry<String, Long> key : since.entrySet()) {
      if (key.getValue() > revision) {
        throw lost(revision, key.getKey(), key.getValue());
      }
    }
    return tree;
  }

  private static void takeBack(Entry entry, SortedMap<String, String> tree, long revision)
      throws IOException {
    for (KeyChange change : entry.changes()) {
      String key = change.key();
      if (!entry.whole()) {
        throw lost(revision, key, entry.revision());
      }
      String after = change.after();
      if (after == null ? tree.containsKey(key) : !after.equals(tree.get(key))) {
        throw lost(revision, key, entry.revision());
      }
      if (change.before() == null) {
        tree.remove(key);
      } else {
        tree.put(key, change.before());
      }
    }
  }

  private static IOException lost(long revision, String key, long since) {
    return new IOException(
        "the store has forgotten revision "
            + revision
            + " (compaction), and "
            + key
            + " was changed at or after revision "
            + since
            + " by others than commands, or in too large a change");
  }

  private static SortedMap<String, String> withoutLeased(EtcdStore.Snapshot snapshot) {
    SortedMap<String, String> values = TreeChanges.values(snapshot);
    snapshot
        .keys()
        .forEach(
            (key, stored) -> {
              if (stored.lease() != 0) {
                values.remove(key);
              }
            });
    return values;
  }
}
