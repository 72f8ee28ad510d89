# What the benchmarks share beyond deploy's lib.sh. Sourced by them; they set $work, their own folder, before they call any of it. Defines functions, starts nothing by itself.
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

end_with_this

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

# need_tools: those that put load on a proxy, its origin and its peers; installed where they can be.
need_tools() {
  PATH=$PATH:/usr/sbin
  local missing=() tool service
  for tool in wrk h2load nginx haproxy taskset openssl; do command -v $tool >/dev/null || missing+=("$tool"); done
  [ ${#missing[@]} -gt 0 ] || return 0
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || fail "found no ${missing[*]}; install them (on Debian: apt-get install wrk nghttp2-client nginx-light haproxy util-linux openssl)"
  say "installing ${missing[*]}"
  { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends wrk nghttp2-client nginx-light haproxy util-linux openssl; } >/dev/null
  # Only the programs are wanted here, not the services that the packages start.
  for service in nginx haproxy; do service "$service" stop >/dev/null 2>&1 || true; done
}

# origin_of BYTES: the settings of an nginx that answers everything with so many bytes, in $work/origin.conf.
origin_of() {
  mkdir -p "$work/tmp"
  temporary="client_body_temp_path $work/tmp; proxy_temp_path $work/tmp; fastcgi_temp_path $work/tmp; uwsgi_temp_path $work/tmp; scgi_temp_path $work/tmp;"
  head -c "$1" /dev/zero | tr '\0' x >"$work/body"
  cat >"$work/origin.conf" <<EOF
daemon off; master_process off; pid $work/origin.pid; error_log $work/origin.log crit;
events { worker_connections 16384; }
http { access_log off; keepalive_requests 100000000; keepalive_timeout 600s; $temporary sendfile on; tcp_nopush on; open_file_cache max=10;
  server { listen 127.0.0.1:$origin backlog=4096; location / { root $work; try_files /body =404; } } }
EOF
}

# A certificate of its own for localhost, in $work/cert.pem and $work/key.pem, and the host's record with it.
certificate() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout "$work/key.pem" -out "$work/cert.pem" 2>/dev/null
}
host_record() {
  printf '{"Settings":{"Default":true,"KeyPair":{"Cert":"%s","Key":"%s"}}}' "$(sed ':a;N;$!ba;s/\n/\\n/g' "$work/cert.pem")" \
    "$(sed ':a;N;$!ba;s/\n/\\n/g' "$work/key.pem")"
}

# on CORE NAME COMMAND…: runs a program on one core; its own process id goes to pid_NAME.
on() {
  local core=$1 name=$2
  shift 2
  taskset -c "$core" "$@" >"$work/$name.out" 2>&1 </dev/null &
  pids+=($!)
  declare -g "pid_$name=$!"
}

# load URL SECONDS FILE PORT: the load of this $work_kind, on $connections, at $rate where that is above 0.
load() {
  case $work_kind in
    http1) [ $rate = 0 ] || { taskset -c 1 "$java" -XX:+UseSerialGC "$top/deploy/bench/Paced.java" "$4" "$path" "$connections" "$rate" "$2" 2 >"$3"; return; } ;;&
    h2) taskset -c 1 h2load -t1 -c"$connections" -m32 -D"$2" "$1" >"$3" ;;
    handshake) taskset -c 1 wrk -t1 -c"$connections" -d"${2}s" --latency -H 'Connection: close' "$1" >"$3" ;;
    *) taskset -c 1 wrk -t1 -c"$connections" -d"${2}s" --latency "$1" >"$3" ;;
  esac
}

# read_load FILE TICKS SECONDS: what load wrote and a proxy took, as "requests-per-second micros-per-request p50 p99 p99.9 errors".
read_load() {
  # h2load gives no percentiles; its mean stands for the median and its longest time for the 99th. Only a fixed rate has the last.
  awk -v cpu="$2" -v ticks="$(getconf CLK_TCK)" -v rate="$rate" -v length_s="$3" '
    function micros(t) { return t ~ /us$/ ? t + 0 : t ~ /ms$/ ? t * 1000 : t * 1000000 }
    /^ *50%/ { p50 = micros($2) } /^ *99%/ { p99 = micros($2) }
    /requests in/ { requests = $1 } /^Requests\/sec/ { per_second = $2 }
    /Socket errors/ { gsub(/,/, ""); errors += $4 + $6 + $8 + $10 } /Non-2xx/ { errors += $NF }
    /^finished in/ { per_second = $4 } /^requests: / { requests = $8; errors += $10 + $12 + $14 }
    /^time for request:/ { p50 = micros($6); p99 = micros($5) }
    rate > 0 && NF == 6 { requests = $1; errors = $2; p50 = $3; p99 = $4; p999 = $5; per_second = requests / (length_s + 2) }
    END { if (requests < 1) { print "no requests were answered" >"/dev/stderr"; exit 1 }
      printf "%.0f %.2f %.0f %.0f %.0f %d\n", per_second, cpu / ticks * 1e6 / requests, p50, p99, p999, errors }' "$1"
}

# median NAME COLUMN
median() { awk -v c="$2" '{print $c}' "$work/$1.samples" | sort -n | awk '{v[NR] = $1} END {print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2}'; }
