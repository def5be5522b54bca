#!/bin/sh
# Runs the slow examples of README.md and the docs and records that they print what they show: results/console.txt. About four minutes on two idle cores.
# Run from the repository's root. ONSET_DOCS=overwrite writes into the docs what differs.
set -eu
cargo test --release --test cli docs:: -- --ignored --nocapture
