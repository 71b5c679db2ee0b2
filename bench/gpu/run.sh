#!/bin/sh
# Measures the GPU of this machine: sh run.sh OUT [--seconds N] [--tiny]. Needs nothing but its driver, and for the rows
# of PyTorch a python3 that imports torch.
set -e
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
parts=$(mktemp -d)
trap 'rm -rf "$parts"' EXIT
tar -xzf "$here/parts.tar.gz" -C "$parts"
# Behind the machine's own, should it have a Vulkan loader.
export LD_LIBRARY_PATH="${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}$parts/lib"
# A driver that is mounted into a container is not where the loader looks for it.
mounted=/usr/local/nvidia/share/vulkan/icd.d/nvidia_icd.json
if [ -z "$VK_DRIVER_FILES" ] && [ ! -e /etc/vulkan/icd.d/nvidia_icd.json ] && [ ! -e /usr/share/vulkan/icd.d/nvidia_icd.json ] && [ -e $mounted ]; then
  export VK_DRIVER_FILES=$mounted
fi
"$parts/node" "$parts/run.js" "$@"
