#!/bin/sh
# Starts ${program} under JDK ${java.release} or newer, wherever that is: JAVA_HOME, PATH, the usual folders.
set -eu

is_recent() {
  [ -x "$1" ] || return 1
  major=$("$1" -version 2>&1 | sed -n '/ version "/{s/[^"]*"\([0-9]*\).*/\1/p;q;}')
  [ "${major:-0}" -ge ${java.release} ]
}

find_java() {
  for java in "${JAVA_HOME:-/nowhere}/bin/java" "$(command -v java || true)" \
      /usr/lib/jvm/*/bin/java /opt/*jdk*/bin/java /opt/java/*/bin/java "${HOME:-/nowhere}"/.sdkman/candidates/java/*/bin/java; do
    if is_recent "$java"; then echo "$java"; return; fi
  done
  echo "${program}: no Java ${java.release} found in JAVA_HOME, on PATH or under /usr/lib/jvm. Install a JDK ${java.release} (Temurin or your system's package) or point JAVA_HOME at one." >&2
  exit 1
}

script=$(readlink -f "$0")
home=$(dirname "$(dirname "$script")")
java=$(find_java)
# shellcheck disable=SC2086 # JAVA_OPTS holds several words on purpose
exec "$java" ${jvm.flags} ${JAVA_OPTS:-} -cp "$home/lib/*" ${main.class} "$@"
