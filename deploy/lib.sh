# What deploy's scripts share. Sourced by them; defines functions and the folders, does nothing by itself.
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
run=$top/target/up

say() { echo "$*"; }
fail() { echo "deploy: $*" >&2; exit 1; }

# is_open PORT: whether something accepts connections on it.
is_open() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# forget_callers_settings: whoever works with etcdctl or sluice has variables that would change what programs here do.
forget_callers_settings() {
  local variable
  for variable in $(compgen -e); do
    case $variable in ETCD_* | ETCDCTL_* | SLUICE_* | GTIN_*) unset "$variable" ;; esac
  done
}

# await SECONDS WHAT COMMAND…: tries the command until it succeeds; says what it said last when it does not.
await() {
  local limit=$1 what=$2 said
  shift 2
  local until=$((SECONDS + limit))
  said=$(mktemp)
  until "$@" >"$said" 2>&1; do
    if [ $SECONDS -ge $until ]; then
      tail -n 3 "$said" | cut -c 1-300 >&2
      rm -f "$said"
      fail "$what was not ready within $limit s; the logs are in $run"
    fi
    sleep 0.1
  done
  rm -f "$said"
}

# started_at PID: when the process was started, in the kernel's ticks; nothing for one that has ended.
started_at() { awk '{sub(/.*\) /, ""); if ($1 != "Z") print $20}' "/proc/$1/stat" 2>/dev/null || true; }

# launch NAME COMMAND…: starts a program in a session of its own, so that Ctrl-C is for us to pass on; keeps its process id and its log.
launch() {
  local name=$1
  shift
  setsid "$@" >"$run/$name.log" 2>&1 </dev/null &
  echo "$! $(started_at $!)" >"$run/$name.pid"
}

pid_of() { cut -d' ' -f1 "$run/$1.pid"; }

# is_running NAME: whether the very program that launch started under this name still runs.
is_running() {
  local pid ticks
  [ -f "$run/$1.pid" ] && read -r pid ticks <"$run/$1.pid" && [ -n "$ticks" ] && [ "$(started_at "$pid")" = "$ticks" ]
}

# stop NAME: ends it by its own id, gently first.
stop() {
  local name=$1 until=$((SECONDS + 40))
  if is_running "$name"; then kill -TERM "$(pid_of "$name")" 2>/dev/null || true; fi
  while is_running "$name"; do
    if [ $SECONDS -ge $until ]; then
      say "$name (process $(pid_of "$name")) did not end by itself and is killed"
      kill -KILL "$(pid_of "$name")" 2>/dev/null || true
      until=$((SECONDS + 5))
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

# buildah ARGUMENT…: with the images of this tree.
buildah() { command buildah --storage-driver=vfs --root "$top/target/image/storage" --runroot "$top/target/image/run" "$@"; }

# need_free PORT…
need_free() { local port; for port in "$@"; do ! is_open "$port" || fail "port $port is taken by another program"; done; }

# end_with_this: all whose process ids a script adds to pids ends with it, however that ends.
end_with_this() {
  pids=()
  trap end_all EXIT
  trap 'exit 130' INT TERM
}
end_all() {
  local pid
  for pid in "${pids[@]}"; do kill -TERM "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
}

# install_debian PACKAGE…: from Debian, where this is one and we are root.
install_debian() {
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || fail "found no $*; install them (on Debian: apt-get install $*)"
  { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@"; } >/dev/null
}
