# What the benchmarks share beyond deploy's lib.sh. Sourced by them once they have set $work, their own folder; defines functions, starts nothing by itself.
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

pids=()
# All that was started ends with the benchmark, however that ends.
end_all() {
  local pid
  for pid in "${pids[@]}"; do kill -TERM "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
}
trap end_all EXIT
trap 'exit 130' INT TERM

need_free() { local port; for port in "$@"; do ! is_open "$port" || fail "port $port is taken by another program"; done; }

# ticks PID: the processor time that it has taken, in the kernel's ticks.
ticks() { awk '{sub(/.*\) /, ""); print $12 + $13}' "/proc/$1/stat"; }

# resident PID: KiB of memory.
resident() { awk '/^VmRSS/ {print $2}' "/proc/$1/status"; }

# alive PID: bytes of a JVM's heap that are alive, after a full collection, which this itself causes.
alive() { "$(dirname "$(readlink "/proc/$1/exe")")/jcmd" "$1" GC.class_histogram | awk '/^Total/ {print $3}'; }

# Ports of a gateway that passes /healthz on, see below.
gateway=18991 admin=18994 origin=18995

# one_route [SETTINGS]: the folders with its routes; the listener may have settings. No gateway connects to its own admin API: another one's is the server.
one_route() {
  mkdir -p "$work"/{none,routes/listeners,routes/frontends/f,routes/backends/b/servers}
  echo "{\"Protocol\":\"http\",\"Address\":{\"Address\":\"127.0.0.1:$gateway\"}${1:+,\"Settings\":$1}}" >"$work/routes/listeners/l.json"
  echo '{"Type":"http"}' >"$work/routes/backends/b/backend.json"
  echo "{\"URL\":\"http://127.0.0.1:$origin\"}" >"$work/routes/backends/b/servers/s.json"
  echo '{"Type":"http","BackendId":"b","Route":"Path(`/healthz`)"}' >"$work/routes/frontends/f/frontend.json"
}

# serve NAME FOLDER PORT [OPTION…]: starts one with the routes of a folder; its process id goes to $pid.
serve() {
  "$top/gateway/target/sluice/bin/sluice" serve --routes "$work/$2" --access-log off --admin "127.0.0.1:$3" --id "$1" "${@:4}" >"$work/$1.out" 2>&1 &
  pid=$!
  pids+=("$pid")
}
