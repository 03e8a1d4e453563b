#!/usr/bin/env bash
# Runs `make serve` and `make test` as on a new machine: in a bare root of a Debian release.
#
#   tests/bare_root.sh RELEASE [FOLDER]       such as: tests/bare_root.sh bookworm
#
# Needs root and debootstrap. The root is made in FOLDER (default: a temporary one, which is removed
# in the end), with the packages and no more that the README asks for. The project comes as a ZIP
# would bring it: without git.
set -euo pipefail
release=${1:?name a Debian release, such as bookworm or trixie}
project=$(cd "$(dirname "$0")/.." && pwd)
root=${2:-$(mktemp -d)}
mkdir -p "$root" && chmod 755 "$root"  # the tests go through it as another user, too
mirror=$(apt-get indextargets --format '$(SITE)' | head -n 1)
port=8123

clean_up() {
  umount "$root/proc" "$root/dev" 2>/dev/null || true
  [ -n "${2:-}" ] || rm -rf --one-file-system "$root"
}
trap 'clean_up "$@"' EXIT

[ -x "$root/usr/bin/make" ] ||
  debootstrap --variant=minbase --include=ca-certificates,make,python3,python3-venv \
    "$release" "$root" "$mirror" >/dev/null
# What tells this machine's package clients where to look, if anything does.
for file in /etc/pip.conf /etc/resolv.conf /etc/hosts /etc/ssl/certs/ca-certificates.crt; do
  [ ! -e "$file" ] || cp --parents "$file" "$root"
done
mount --bind /dev "$root/dev"
mount -t proc proc "$root/proc"
rm -rf "$root/project"
mkdir "$root/project"
(cd "$project" && tar -c --exclude=.git --exclude=.venv --exclude=node_modules --exclude='.*_cache' \
  --exclude=__pycache__ --exclude=compiled .) | tar -x -C "$root/project"

in_root() { chroot "$root" env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin ${ENVIRONMENT:-} sh -c "$1"; }
# Settings of package clients that are in the environment.
ENVIRONMENT=$(env | grep -E '^(PIP|SSL|HTTPS?|NO)_[A-Z_]*=\S+$' | tr '\n' ' ' || true)

echo "== $release: make serve"
setsid chroot "$root" env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin $ENVIRONMENT \
  sh -c "cd /project && python3 --version && exec make serve FLAGS='--port $port'" &
serving=$!
status="import urllib.request as r; print(r.urlopen('http://127.0.0.1:$port/feed.xml').status)"
for _ in $(seq 300); do
  answer=$(in_root "python3 -c \"$status\"" 2>/dev/null || true)
  [ "$answer" = 200 ] && break
  sleep 1
done
[ "$answer" = 200 ] || { echo "make serve did not answer" >&2; exit 1; }
kill -TERM -- "-$serving"
wait "$serving" || true

echo "== $release: make test"
in_root "cd /project && make test"
echo "== $release: both commands work"
