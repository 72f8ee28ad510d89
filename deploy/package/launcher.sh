#!/bin/sh
# Starts ${program} under JDK ${java.release} or newer, wherever that is: beside it, JAVA_HOME, PATH, the usual folders.
set -eu
script=$(readlink -f "$0")
home=$(dirname "$(dirname "$script")")

is_recent() {
  [ -x "$1" ] || return 1
  # Every JDK says its version in a file, which is read much sooner than a JVM is started to ask.
  release=$(dirname "$(dirname "$(readlink -f "$1")")")/release
  if [ -f "$release" ]; then
    major=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$release")
  else
    major=$("$1" -version 2>&1 | sed -n '/ version "/{s/[^"]*"\([0-9]*\).*/\1/p;q;}')
  fi
  [ "${major:-0}" -ge ${java.release} ]
}

find_java() {
  for java in "$home/runtime/bin/java" "${JAVA_HOME:-/nowhere}/bin/java" "$(command -v java || true)" \
      /usr/lib/jvm/*/bin/java /opt/*jdk*/bin/java /opt/java/*/bin/java "${HOME:-/nowhere}"/.sdkman/candidates/java/*/bin/java; do
    if is_recent "$java"; then echo "$java"; return; fi
  done
  echo "${program}: no Java ${java.release} found in JAVA_HOME, on PATH or under /usr/lib/jvm. Install a JDK ${java.release} (Temurin or your system's package) or point JAVA_HOME at one." >&2
  exit 1
}

java=$(find_java)
# The class path in one order everywhere, as the cache below wants it.
libraries=$(LC_ALL=C; printf '%s:' "$home"/lib/*.jar)
# A server lives long; whatever else is over before the second compiler has paid, and for most of what it does before the first one has.
case " $* " in
  *" serve "* | *" rehearse server "*) kind=server flags="${jvm.flags} ${server.flags}" ;;
  *) kind=commands flags="${jvm.flags} ${command.flags}" ;;
esac
# What a start needs, written down when this was packaged or installed (JEP 514). Another JVM, or a copy that changed, does without it.
cache="$home/lib/$kind.aot"
aot=""
case "${JAVA_OPTS:-}" in
  *AOTCache*) ;;
  *) [ ! -f "$cache" ] || aot="-XX:AOTCache=$cache -Xlog:aot=off,cds=off" ;;
esac
# shellcheck disable=SC2086 # the flags and JAVA_OPTS hold several words on purpose
exec "$java" $flags $aot ${JAVA_OPTS:-} -cp "${libraries%:}" ${main.class} "$@"
