# A small Debian that boots with a systemd of its own, from what check-debian keeps: processes, mounts, network and cgroups are its own, and all
# of it ends with its first process. Sourced after lib.sh by what checks packages on such a machine; sets work and root, and ends it on EXIT.
source "$top/deploy/package/checks.sh"
work=$(mktemp -d "$top/target/machine.XXXXXX")
root=$work/root
machine= first=
end_machine() {
  local status=$?
  [ $status = 0 ] || [ -z "$first" ] || inside journalctl --no-pager -n 40 >&3 || true
  # timeout's child is unshare, with which the machine's first process ends.
  [ -z "$machine" ] || pkill -KILL -P "$machine"
  wait
  rm -rf "$work"
} 3>&2 2>/dev/null

# unpack_machine: puts its files at $root, to be changed before it boots.
unpack_machine() {
  trap end_machine EXIT
  mkdir -p "$root"
  tar -C "$root" -xpf "$top/target/debian.tar"
  echo machine >"$root/etc/hostname"
  echo "127.0.0.1 localhost machine" >"$root/etc/hosts"
}

# boot_machine SECONDS: lets it live for so long at most.
boot_machine() {
  # shellcheck disable=SC2016
  timeout "$1" unshare --mount --pid --uts --ipc --cgroup --net --fork --kill-child bash -c '
    mount --bind "$0" "$0" && cd "$0" && mount -t proc proc proc && mount --rbind /sys sys && mount --rbind /dev dev &&
      mount -t tmpfs tmpfs run && mount -t tmpfs -o mode=1777 tmpfs tmp && mkdir -p old && pivot_root . old && umount -l /old && mount --make-rshared / &&
      exec env -i container=lxc PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd' "$root" >"$work/console" 2>&1 </dev/null &
  machine=$!
  await 20 "the machine's first process" first_process
  await 30 systemd booted
}
first_process() { first=$(pgrep -P "$(pgrep -P "$machine" | head -n 1)" 2>/dev/null | head -n 1) && [ -n "$first" ]; }
booted() { inside systemctl list-units >/dev/null 2>&1; }

# inside COMMAND…: runs it there, within two minutes.
inside() { nsenter -t "$first" -m -p -u -i -n -C -r -w env PATH=/usr/sbin:/usr/bin:/sbin:/bin SLUICE_ETCD="${SLUICE_ETCD:-http://127.0.0.1:2379}" timeout 120 "$@"; }
