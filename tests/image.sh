#!/usr/bin/env bash
# Builds deploy/Containerfile with podman, runs the image as deploy/compose.yaml says, and asks it.
#
#   tests/image.sh [FOLDER]
#
# Needs root and podman with a runtime (crun or runc) and catatonit. It is asked from inside, on no
# network, so that nothing of this machine's is changed. The base image is pulled; where no registry of images can be reached, debootstrap makes one that has the same name
# and Python. FOLDER keeps the images for the next time (default: a temporary one, which is removed).
set -euo pipefail
project=$(cd "$(dirname "$0")/.." && pwd)
folder=${1:-$(mktemp -d)}
mkdir -p "$folder"
name=feedsvc-image-test-$$
base=$(sed -n 's/^FROM \([^ ]*\)$/\1/p' "$project/deploy/Containerfile")

runtime=crun
# crun takes no mixture of the two kinds of control groups.
[ ! -d /sys/fs/cgroup/unified ] || runtime=runc
podman=(podman --root "$folder/images" --runroot "$folder/run")
podman+=(--cgroup-manager cgroupfs --runtime "$runtime")
engine() { "${podman[@]}" "$@"; }
clean_up() {
  engine rm --force "$name" >/dev/null 2>&1 || true
  [ -n "${1:-}" ] || { engine rmi --all --force >/dev/null 2>&1; rm -rf "$folder"; } || true
}
trap 'clean_up "${1:-}"' EXIT
fail() {
  echo "image: $1" >&2
  engine logs "$name" >&2 || true
  exit 1
}

if ! engine image exists "$base" && ! timeout 60 "${podman[@]}" pull --quiet "$base" 2>/dev/null; then
  echo "== $base can't be pulled; debootstrap makes it"
  root=$folder/base
  mirror=$(apt-get indextargets --format '$(SITE)' | head -n 1)
  [ -e "$root/bin/sh" ] || debootstrap --variant=minbase \
    --include=ca-certificates,python3,python3-venv trixie "$root" "$mirror" >/dev/null
  ln -sf ../../bin/python3 "$root/usr/local/bin/python"
  # What tells this machine's pip where to look, if anything does.
  for file in /etc/pip.conf /etc/ssl/certs/ca-certificates.crt; do
    [ ! -e "$file" ] || cp --parents "$file" "$root"
  done
  tar -C "$root" --exclude='./proc/*' --exclude='./sys/*' --exclude='./dev/*' -c . |
    engine import --quiet - "localhost/$base"
fi

echo "== build"
engine build --quiet --isolation chroot --network host --pull=never --format docker \
  -f "$project/deploy/Containerfile" -t feedsvc-image-test "$project"

echo "== run"
# As compose.yaml has it; limits of files and processes are those that this machine allows.
engine run --detach --name "$name" --network none \
  --read-only --read-only-tmpfs=false --tmpfs /tmp:size=256m,mode=1777 --cap-drop ALL \
  --security-opt no-new-privileges --init --memory 512m --pids-limit 256 --no-healthcheck \
  --ulimit nofile=1024:1024 --ulimit nproc=1024:1024 \
  --volume "$project/digests:/digests:ro" --env FEEDSVC_BASE_URL=https://papers.example.org/ \
  feedsvc-image-test >/dev/null

script='import sys, urllib.request as r; print(r.urlopen(sys.argv[1], timeout=5).read().decode())'
ask() { engine exec "$name" python -c "$script" "http://127.0.0.1:8000$1"; }
wait_for_it() { for _ in $(seq 50); do ask /healthz >/dev/null 2>&1 && break; sleep 0.5; done; }
wait_for_it
[[ $(ask /healthz) == *'"status":"ok"'* ]] || fail "/healthz is not ok"
[[ $(ask /feed.xml) == *https://papers.example.org/feed.xml* ]] || fail "the feed has another address"
[ "$(engine exec "$name" id -u)" = 10001 ] || fail "it is root"
engine exec "$name" sh -c 'touch /x /digests/x' 2>/dev/null && fail "its root can be written"
engine exec "$name" grep -q '^CapEff:.0*$' /proc/1/status || fail "it has rights"
check=$(sed -n 's/^ *CMD \(\["python", "-c".*\)$/\1/p' "$project/deploy/Containerfile")
python3 -c 'import json, sys; print("\0".join(json.loads(sys.argv[1])), end="")' "$check" |
  xargs -0 "${podman[@]}" exec "$name" || fail "the check of its health fails"

for signal in INT TERM; do
  begun=$(date +%s)
  engine kill --signal "$signal" "$name" >/dev/null
  status=$(timeout 10 "${podman[@]}" wait "$name") || fail "SIG$signal doesn't end it in 10 seconds"
  echo "== SIG$signal: status $status after $(($(date +%s) - begun)) s"
  [ "$signal" = TERM ] || { engine start "$name" >/dev/null && wait_for_it; }
done
[ "$status" = 0 ] || fail "SIGTERM ends it with $status"
echo "== the image works: $(engine image inspect --format '{{.Size}}' feedsvc-image-test) bytes"
