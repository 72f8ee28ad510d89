# What deploy's scripts share. Sourced by them; defines functions and the folders, does nothing by itself.
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
run=$top/target/up

say() { echo "$*"; }
fail() { echo "deploy: $*" >&2; exit 1; }

# is_open PORT: whether something accepts connections on it.
is_open() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# await SECONDS WHAT COMMAND…: tries the command until it succeeds.
await() {
  local limit=$1 what=$2
  shift 2
  local until=$((SECONDS + limit))
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $until ] || fail "$what was not ready within $limit s; the logs are in $run"
    sleep 0.1
  done
}

# launch NAME COMMAND…: starts a program in the background and keeps its process id and its log.
launch() {
  local name=$1
  shift
  nohup "$@" >"$run/$name.log" 2>&1 </dev/null &
  echo $! >"$run/$name.pid"
}

# is_running NAME: whether the program that launch started under this name still runs.
is_running() { [ -f "$run/$1.pid" ] && kill -0 "$(cat "$run/$1.pid")" 2>/dev/null; }

# stop NAME: ends it by its own id, gently first.
stop() {
  local name=$1 pid until=$((SECONDS + 40))
  [ -f "$run/$name.pid" ] || return 0
  pid=$(cat "$run/$name.pid")
  kill -TERM "$pid" 2>/dev/null || true
  while kill -0 "$pid" 2>/dev/null; do
    if [ $SECONDS -ge $until ]; then
      say "$name (process $pid) did not end by itself and is killed"
      kill -KILL "$pid" 2>/dev/null || true
    fi
    sleep 0.1
  done
  rm -f "$run/$name.pid"
}

# build: makes the two programs if they are not there.
build() {
  if [ ! -x "$top/gateway/target/sluice/bin/sluice" ] || [ ! -x "$top/gtin-service/target/gtin-service/bin/gtin-service" ]; then
    command -v mvn >/dev/null || fail "found no mvn, expected Maven 3.8.6 or newer to build with (on Debian: apt-get install maven)"
    say "building (once; a few minutes on a fresh machine)"
    (cd "$top" && mvn -q -B -DskipTests package) || fail "the build failed"
  fi
}
