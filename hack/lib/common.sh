# Shared by the scripts under hack/: the cache, the pinned versions, progress, and what must be installed.
# shellcheck shell=bash
set -euo pipefail

repo_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source=../versions.env
source "$repo_root/hack/versions.env"

# The cache lies outside the checkout, so that a fresh clone finds what another one built.
cache=${CPI_CACHE:-${XDG_CACHE_HOME:-${HOME:?set HOME or CPI_CACHE}/.cache}/cpi-operator}

# Progress and errors go to stderr: stdout belongs to answers, such as a binary's path.
say() { printf '%s\n' "$*" >&2; }
die() { say "error: $*"; exit 1; }

# seconds_since T prints the seconds since T, a value of $EPOCHREALTIME, with one decimal.
seconds_since() {
  local now=${EPOCHREALTIME/[.,]/} then=${1/[.,]/}
  local tenths=$(( (now - then) / 100000 ))
  printf '%d.%d' $((tenths / 10)) $((tenths % 10))
}

# step LABEL COMMAND... runs COMMAND and prints LABEL with the seconds it took. A long one shows a sign of life every
# 20 s. Its output is kept back and shown only if it fails; the script then ends with its exit code.
step() {
  local label=$1 start=$EPOCHREALTIME log code=0 pulse
  shift
  log=$(mktemp)
  heartbeat "$label" "$start" &
  pulse=$!
  set +e
  (set -e; "$@") >"$log" 2>&1
  code=$?
  set -e
  kill "$pulse" 2>/dev/null && wait "$pulse" 2>/dev/null || true
  if ((code != 0)); then
    tail -n 60 "$log" >&2
    rm -f "$log"
    say "$(printf 'failed %8s s  %s' "$(seconds_since "$start")" "$label")"
    exit "$code"
  fi
  rm -f "$log"
  say "$(printf '%15s s  %s' "$(seconds_since "$start")" "$label")"
}

# wait_until SECONDS WHAT COMMAND... waits until COMMAND succeeds. WHAT completes "gave up waiting for".
wait_until() {
  local seconds=$1 what=$2 deadline
  shift 2
  deadline=$((SECONDS + seconds))
  until "$@" >/dev/null; do
    ((SECONDS < deadline)) || { say "gave up after $seconds s waiting for $what"; return 1; }
    sleep 0.1
  done
}

heartbeat() {
  local never second
  exec {never}<> <(:) >/dev/null
  # read rather than sleep: killing the shell leaves no sleep behind that would hold the terminal open.
  for ((second = 1; ; second++)); do
    read -rt 1 -u "$never" || true
    kill -0 $$ 2>/dev/null || return 0
    ((second % 20)) || say "$(printf '%15s s  %s ...' "$(seconds_since "$2")" "$1")"
  done
}

# require_go checks for the Go that go.mod asks for. A Go of 1.21 or later fetches it by itself.
require_go() {
  local wanted have
  wanted=$(awk '$1 == "go" {print $2}' "$repo_root/go.mod")
  command -v go >/dev/null || die "go is not on the PATH; Go $wanted or later is needed: https://go.dev/dl/"
  have=$(cd "$repo_root" && go env GOVERSION 2>/dev/null) || have=$(go version | awk '{print $3}')
  [[ $(printf '%s\n' "$wanted" "${have#go}" | sort -V | head -n 1) == "$wanted" ]] ||
    die "$(command -v go) is ${have#go}, but Go $wanted or later is needed: https://go.dev/dl/"
}

# require_packages FILE=PACKAGE... installs the Debian package of each FILE (a command, or an absolute path) that is
# missing; without root or apt-get it names them.
require_packages() {
  local pair file missing=()
  for pair in "$@"; do
    file=${pair%%=*}
    [[ $file == /* && -e $file ]] || command -v "$file" >/dev/null || missing+=("${pair#*=}")
  done
  ((${#missing[@]})) || return 0
  if [[ $(id -u) != 0 ]] || ! command -v apt-get >/dev/null; then
    die "missing packages: ${missing[*]}. Install them (on Debian: apt-get install ${missing[*]})"
  fi
  step "install Debian packages: ${missing[*]}" install_packages "${missing[@]}"
}

install_packages() {
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -q
  apt-get install -qy --no-install-recommends "$@"
}

# buildah_alone ARGUMENT... runs buildah on a store of its own, so that nothing is left in the machine's. Needs
# open_buildah_store first, which removes it again when the shell ends.
buildah_alone() {
  "${BUILDAH:-buildah}" --root "$buildah_store/root" --runroot "$buildah_store/run" --storage-driver vfs "$@"
}

open_buildah_store() {
  buildah_store=$(mktemp -d)
  # shellcheck disable=SC2064  # expanded now
  trap "rm -rf '$buildah_store'" EXIT
}
