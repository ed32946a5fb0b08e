#!/bin/sh
# Boots systemd in a container over a throw-away copy of this machine's root, with no network but its own loopback.
# Usage: boot-systemd.sh REPOSITORY NODE_DIRECTORY UNITS_DIRECTORY RESULT_DIRECTORY; runs check.target, then powers off.
set -eu
repository=$1 node=$2 units=$3 result=$4
# Everything is mounted in a namespace of its own and goes with it.
if [ "${BOOT_SYSTEMD_INSIDE:-}" != yes ]; then
  BOOT_SYSTEMD_INSIDE=yes exec unshare --mount --propagation private "$0" "$@"
fi
work=$(mktemp -d)
mount -t tmpfs tmpfs "$work"
mkdir "$work/upper" "$work/work" "$work/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$work/upper,workdir=$work/work" "$work/root"
root=$work/root
rm -rf "$root/etc/systemd/system"
mkdir "$root/etc/systemd/system"
cp -r "$units"/. "$root/etc/systemd/system/"
grep -q '^tidb:' "$root/etc/passwd" || echo 'tidb:x:990:990::/home/tidb:/usr/sbin/nologin' >>"$root/etc/passwd"
grep -q '^tidb:' "$root/etc/group" || echo 'tidb:x:990:' >>"$root/etc/group"
mkdir -p "$root/opt/repository" "$root/opt/node" "$root/result" "$root/usr/local/bin"
printf '#!/bin/sh\nexec /opt/node/node /opt/repository/dist/agent/cli/main.js "$@"\n' >"$root/usr/local/bin/tidb-mtls-agent"
chmod 755 "$root/usr/local/bin/tidb-mtls-agent"
exec systemd-nspawn --quiet --register=no --keep-unit --private-network --link-journal=no --directory="$root" \
  --bind-ro="$repository:/opt/repository" --bind-ro="$node:/opt/node" --bind="$result:/result" \
  --boot systemd.unit=check.target systemd.show_status=no
