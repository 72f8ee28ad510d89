# What checks of packages share. Sourced after lib.sh; keeps what is said in $work.

# told COMMAND…: runs it, and shows what it said only where it fails.
told() { "$@" >"$work/log" 2>&1 || { cat "$work/log" >&2; fail "$*"; }; }

# none_failed LEAST WHEN: whether all that ask has written to $work/asked were answered, and more than so many; sets asked.
none_failed() {
  grep -q '^found' "$work/asked" && { head -n 3 "$work/asked" >&2; fail "requests failed $2"; }
  asked=$(sed -n 's/^asked //p' "$work/asked")
  [ "$asked" -gt "$1" ] || fail "found $asked requests $2, expected more than $1"
}
