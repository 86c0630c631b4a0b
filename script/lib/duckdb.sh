#!/usr/bin/env bash
# Installs the DuckDB library into .perennial/lib, pinned by version and digest.
#
# There is no Debian package of it. The wheel on PyPI holds the whole C API in one shared object,
# which also refers to Python's own symbols; the C API never reaches those. The library installed
# here (libduckdb.so) defines them, and needs the wheel's object (libduckdb-engine.so) from its own
# folder, so that dlopen("…/libduckdb.so") alone is enough, from anywhere.
#
# Run it, or source it and call install_duckdb. Needs python3 with pip, cc and nm.

duckdb_version=1.5.6
duckdb_sha256_x86_64=73b108c04c932b36c2fa4e41110cc1c3c8cd510eb49f065f92d050be8e6929fd
duckdb_sha256_aarch64=56c0f71c6bee982e9c30568bb12371bf66b26bf129c75d8d7f60bc69d6590a2c

# install_duckdb [FOLDER]: does nothing where FOLDER (.perennial/lib) already holds this version.
install_duckdb() (
    set -euo pipefail
    root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
    folder=${1:-$root/.perennial/lib}
    machine=$(uname -m)
    case $machine in
        x86_64) digest=$duckdb_sha256_x86_64 ;;
        aarch64) digest=$duckdb_sha256_aarch64 ;;
        *)
            echo "duckdb: no pinned library for $machine; set DUCKDB_LIBRARY to a libduckdb.so" >&2
            exit 1
            ;;
    esac
    # What is built from the wheel is decided by this file, so its digest counts too.
    recipe=$(sha256sum <"${BASH_SOURCE[0]}" | cut -d ' ' -f 1)
    stamp="$duckdb_version $digest $recipe"
    installed=$(cat "$folder/libduckdb.stamp" 2>/dev/null || true)
    if [[ -f $folder/libduckdb.so && $installed == "$stamp" ]]; then
        exit 0
    fi
    for tool in python3 cc nm sha256sum; do
        command -v "$tool" >/dev/null || {
            echo "duckdb: $tool is missing" >&2
            exit 1
        }
    done

    echo "duckdb: fetching $duckdb_version for $machine"
    mkdir -p "$folder"
    work=$(mktemp -d "$folder/.install.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    python3 -m pip download --quiet --disable-pip-version-check --no-deps \
        --only-binary=:all: --implementation cp --python-version 3.11 --abi cp311 \
        --platform "manylinux_2_28_$machine" --dest "$work" "duckdb==$duckdb_version"
    wheel=$(echo "$work"/duckdb-*.whl)
    actual=$(sha256sum "$wheel" | cut -d ' ' -f 1)
    if [[ $actual != "$digest" ]]; then
        echo "duckdb: the wheel's digest is $actual, not $digest" >&2
        exit 1
    fi
    python3 -m zipfile -e "$wheel" "$work/wheel"
    mv "$work"/wheel/_duckdb.*.so "$work/libduckdb-engine.so"

    {
        echo '#include <stdlib.h>'
        echo 'static void reached(void) { abort(); }'
        nm -D --undefined-only "$work/libduckdb-engine.so" |
            awk '$NF ~ /^_?Py/ { print "void " $NF "(void) __attribute__((alias(\"reached\")));" }'
    } >"$work/stubs.c"
    cc -shared -fPIC -w -o "$work/libduckdb.so" "$work/stubs.c" -L "$work" \
        -Wl,--no-as-needed -l:libduckdb-engine.so '-Wl,-rpath,$ORIGIN'

    # Each file is replaced as a whole: a running server keeps the one it has open.
    chmod 755 "$work"/libduckdb*.so
    mv "$work/libduckdb-engine.so" "$work/libduckdb.so" "$folder/"
    echo "$stamp" >"$work/libduckdb.stamp"
    mv "$work/libduckdb.stamp" "$folder/"
    echo "duckdb: installed in $folder"
)

if [[ ${BASH_SOURCE[0]} == "$0" ]]; then
    install_duckdb "$@"
fi
