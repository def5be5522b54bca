#!/bin/sh
# Runs the slow examples of README.md and the docs and records that they print what they show: results/console.txt; then the
# Python of the front page, where the package is built (.ci/python). About four minutes on two idle cores.
# Run from the repository's root. ONSET_DOCS=overwrite writes into the docs what differs, the fast examples included.
set -eu
cargo test --release --test cli docs:: -- --include-ignored --nocapture
python=target/python-tools/bin/python
if [ -x "$python" ] && "$python" -c 'import onset_theory' 2>/dev/null; then
    MPLBACKEND=agg "$python" results/console.py README.md
else
    echo 'WARNING: the package is not built; the Python of README.md was not run' >&2
fi
