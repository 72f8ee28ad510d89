package io.sluice.gateway.rollout;

/** How servers are started and stopped: as shell commands with the marks of {@link Rolling}. */
public enum Driver {
  /** The operator's own commands. */
  HOOK,
  /** Processes of this machine, with a log and a process id in a folder. */
  PROCESS,
  /** Instances of a systemd template unit. */
  SYSTEMD,
  /** Containers on the host's network. */
  CONTAINER;

  /** Engines kill after ten of their own accord. */
  private static final int DRAIN_SECONDS = 40;

  private static final int LAST_LINES = 5;

  /**
   * The commands of one kind.
   *
   * @param start a shell command that returns once the server is on its way
   * @param stop a shell command that returns once the server has ended, with {@link
   *     Rolling#NOT_MINE} where it has not started it
   * @param check a shell command that fails, and says how it came to it, where a server that was
   *     started has ended by itself; empty where nobody can tell
   */
  public record Commands(String start, String stop, String check) {}

  /**
   * Processes that run a command, their ids in {@code folder/{id}.pid}, what they say in {@code
   * folder/{id}.log}, and what they ended with in {@code folder/{id}.exit}.
   */
  public static Commands process(String command, String folder) {
    String pid = "'" + folder + "'/{id}.pid";
    String log = "'" + folder + "'/{id}.log";
    String exit = "'" + folder + "'/{id}.exit";
    return new Commands(
        "if [ -f "
            + pid
            + " ] && [ -d /proc/$(cat "
            + pid
            + ") ]; then exit 0; fi; rm -f "
            + pid
            + " "
            + exit
            + "; (setsid "
            + command
            + " > "
            + log
            + " 2>&1 < /dev/null & echo $! > "
            + pid
            + ".new; mv "
            + pid
            + ".new "
            + pid
            + "; wait $!; echo $? > "
            + exit
            + ") > /dev/null 2>&1 & while [ ! -s "
            + pid
            + " ]; do sleep 0.05; done",
        "[ -f "
            + pid
            + " ] || exit "
            + Rolling.NOT_MINE
            + "; pid=$(cat "
            + pid
            + ") && kill -TERM $pid && while [ -d /proc/$pid ] && ! grep -q ') Z' /proc/$pid/stat;"
            + " do sleep 0.1; done 2>/dev/null; rm "
            + pid,
        "[ ! -f "
            + exit
            + " ] || { echo \"its process has ended with $(cat "
            + exit
            + "); the end of "
            + folder
            + "/{id}.log:\"; tail -n "
            + LAST_LINES
            + " "
            + log
            + "; exit 1; }");
  }

  /** Instances {@code unit@id}. */
  public static Commands systemd(String unit) {
    return new Commands(
        "systemctl start '" + unit + "@{id}'",
        "systemctl is-active --quiet '"
            + unit
            + "@{id}' || exit "
            + Rolling.NOT_MINE
            + "; systemctl stop '"
            + unit
            + "@{id}'",
        "case $(systemctl is-active '"
            + unit
            + "@{id}') in failed | inactive) echo 'its unit has ended:'; journalctl -q --no-pager"
            + " -n "
            + LAST_LINES
            + " -u '"
            + unit
            + "@{id}'; exit 1 ;; esac");
  }

  /** Containers of an image that run a command in it, and have as long to end as a drain takes. */
  public static Commands container(String engine, String image, String command) {
    String known = engine + " inspect '{id}' > /dev/null 2>&1";
    return new Commands(
        known + " || " + engine + " run -d --name '{id}' --network host " + image + " " + command,
        known
            + " || exit "
            + Rolling.NOT_MINE
            + "; "
            + engine
            + " stop -t "
            + DRAIN_SECONDS
            + " '{id}' && "
            + engine
            + " rm '{id}'",
        "[ \"$("
            + engine
            + " inspect -f '{{.State.Running}}' '{id}')\" != false ] || { echo \"its container has"
            + " ended with $("
            + engine
            + " inspect -f '{{.State.ExitCode}}' '{id}'):\"; "
            + engine
            + " logs --tail "
            + LAST_LINES
            + " '{id}'; exit 1; }");
  }
}
