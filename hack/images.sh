#!/usr/bin/env bash
# images.sh: the operator's two images.
#
#   images.sh build    build the binaries into bin/ and the images into bin/images/
#   images.sh load     build, then bring the images to the cluster (see cluster.sh)
#
# Both print MANAGER_IMAGE=NAME and COMPUTE_IMAGE=NAME, what pods must call them. The tag is a digest of what is in the
# image: unchanged sources change no tag, and build, load and restart nothing. BUILDAH names another buildah.
source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
cd "$repo_root"

# Static, without this machine's paths and without the commit, so that equal sources give equal binaries. The time zones,
# which scratch lacks, come by import: the tag for it would have the whole standard library compiled anew.
build_manager() { CGO_ENABLED=0 go_build manager "" "-s -w"; }

# DuckDB is C++: linked in by the system's linker. netgo and osusergo keep libc's resolvers out, which cannot be static.
build_compute() { CGO_ENABLED=1 go_build compute netgo,osusergo '-s -w -linkmode external -extldflags "-static"'; }

go_build() { go build -trimpath -buildvcs=false -tags "$2" -ldflags "$3" -o "bin/$1" "./cmd/$1"; }

# tag NAME prints a digest of the image's content.
tag() { cat "bin/$1" Dockerfile | sha256sum | cut -c 1-16; }

archive() { echo "$repo_root/bin/images/$1-$(tag "$1").tar"; }
image() { echo "cpi-operator/$1:$(tag "$1")"; }

build_image() {
  local name=$1 archive
  archive=$(archive "$name")
  if [[ ! -e $archive ]]; then
    rm -f "bin/images/$name-"*.tar
    step "image $(image "$name")" build_archive "$name" "$archive"
  fi
}

build_archive() {
  local name=$1 archive=$2 id
  open_buildah_store
  id=$(buildah_alone build --quiet --isolation chroot --timestamp 0 --target "$name" .)
  buildah_alone push "$id" "docker-archive:$archive.partial:docker.io/$(image "$name")"
  mv "$archive.partial" "$archive"
}

build() {
  # Two at once in one checkout take turns; the lock ends with this shell.
  mkdir -p bin/images
  exec 8>bin/.lock
  flock 8
  require_go
  require_packages gcc=gcc g++=g++ "${BUILDAH:-buildah}=buildah"
  step "build bin/manager" build_manager
  step "build bin/compute" build_compute
  for name in manager compute; do
    build_image "$name"
  done
}

load() {
  build
  for name in manager compute; do
    hack/cluster.sh load-image "$(image "$name")" "$(archive "$name")"
  done
}

case ${1:-} in
  build | load) "$1" ;;
  *) sed -n '2,/^source/s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
for name in manager compute; do
  echo "${name^^}_IMAGE=$(hack/cluster.sh image-name "$(image "$name")")"
done
