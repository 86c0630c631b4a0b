#!/usr/bin/env bash
# Installs the LightGBM library into .perennial/lib, pinned by version and digest.
#
# There is no Debian package of it. The wheel on PyPI holds the whole C API in one shared object,
# lib_lightgbm.so, which knows nothing of Python; it needs libstdc++ and OpenMP (the Debian package
# libgomp1). LIGHTGBM_LIBRARY names one of the user's own instead: then this script isn't needed.
#
# Run it, or source it and call install_lightgbm. Needs python3 with pip.

lightgbm_version=4.7.0
lightgbm_sha256_x86_64=d23e922acd891e77212e4d0fbcee9ba973c96dee479491341d05ba595357ebb7
lightgbm_sha256_aarch64=d4529acec5c6fefe4768302a529707d0ead90f6a6f42df694b856212e09695b8

# install_lightgbm [FOLDER]: does nothing where FOLDER (.perennial/lib) already holds this version.
install_lightgbm() (
    set -euo pipefail
    root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
    folder=${1:-$root/.perennial/lib}
    machine=$(uname -m)
    case $machine in
        x86_64)
            digest=$lightgbm_sha256_x86_64
            platforms=(--platform manylinux_2_28_x86_64 --platform manylinux_2_27_x86_64)
            ;;
        aarch64)
            digest=$lightgbm_sha256_aarch64
            platforms=(--platform manylinux_2_17_aarch64 --platform manylinux2014_aarch64)
            ;;
        *)
            echo "lightgbm: no pinned library for $machine;" \
                "set LIGHTGBM_LIBRARY to a lib_lightgbm.so" >&2
            exit 1
            ;;
    esac
    stamp="$lightgbm_version $digest"
    installed=$(cat "$folder/lib_lightgbm.stamp" 2>/dev/null || true)
    if [[ -f $folder/lib_lightgbm.so && $installed == "$stamp" ]]; then
        exit 0
    fi
    for tool in python3 sha256sum; do
        command -v "$tool" >/dev/null || {
            echo "lightgbm: $tool is missing" >&2
            exit 1
        }
    done

    echo "lightgbm: fetching $lightgbm_version for $machine"
    mkdir -p "$folder"
    work=$(mktemp -d "$folder/.install.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    python3 -m pip download --quiet --disable-pip-version-check --no-deps \
        --only-binary=:all: --implementation py --python-version 3.11 --abi none \
        "${platforms[@]}" --dest "$work" "lightgbm==$lightgbm_version"
    wheel=$(echo "$work"/lightgbm-*.whl)
    actual=$(sha256sum "$wheel" | cut -d ' ' -f 1)
    if [[ $actual != "$digest" ]]; then
        echo "lightgbm: the wheel's digest is $actual, not $digest" >&2
        exit 1
    fi
    python3 -m zipfile -e "$wheel" "$work/wheel"

    # The file is replaced as a whole: a running server keeps the one it has open.
    chmod 755 "$work/wheel/lightgbm/lib/lib_lightgbm.so"
    mv "$work/wheel/lightgbm/lib/lib_lightgbm.so" "$folder/"
    echo "$stamp" >"$work/lib_lightgbm.stamp"
    mv "$work/lib_lightgbm.stamp" "$folder/"
    echo "lightgbm: installed in $folder"
)

if [[ ${BASH_SOURCE[0]} == "$0" ]]; then
    install_lightgbm "$@"
fi
