#!/usr/bin/env bash
# Draws the gallery: results/gallery/*.svg and the tables beside them, results/spectrum.svg and results/dynamics.svg. About 20 minutes on two cores, where the .json files
# are removed; what they hold already is only drawn again.
# Journals are kept in target/gallery: an interrupted run continues, and a change of what is asked begins anew.
set -euo pipefail
cd "$(dirname "$0")/.."

onset=${ONSET:-target/release/onset}
journals=${JOURNALS:-target/gallery}
mkdir -p results/gallery "$journals"

# draw NAME FILE ARGUMENTS..
draw() {
    local name=$1 file=$2
    shift 2
    echo "onset diagram $file $*" >&2
    "$onset" diagram "$file" "$@" --quiet --journal "$journals/$name.jsonl" --resume --plot "results/gallery/$name.svg" >&2
}

model=examples/phase_retrieval.toml
student=examples/quadratic_student.toml
draft=(--set numerics.samples=16384)

single() {
    echo "onset $*" >&2
    "$onset" "$@" --quiet >"$journals/said"
}

single alg --link 'sign(z1) + sign(z2)' --plot results/gallery/moments.svg
single nn examples/weight_decay.toml --plot results/gallery/ladder.svg
single spectrum $model --delta 6 --plot results/spectrum.svg
single dynamics $model --delta 6 --dim 1000 --plot results/dynamics.svg

draw margin $model --x delta=log:0.4..6:32 --y training.init_std=log:0.1..2:16
draw init_std $model "${draft[@]}" --x training.init_std=log:0.1..2:14 --y training.steps=0,5,10,20 --quantity delta_nn
draw step_size $model "${draft[@]}" --x training.step_size=log:0.05..1.6:11 --y training.steps=5,10,20 --quantity delta_nn
draw loss_width $model "${draft[@]}" --x loss.width=log:0.03..10:14 --y training.steps=0,10 --quantity delta_nn
draw noise $model "${draft[@]}" --set target.channel=gaussian --set target.noise=0.1 \
    --x target.noise=log:0.02..2:12 --y training.steps=0,10 --quantity delta_nn
draw noise_alg $model --set target.channel=gaussian --set target.noise=0.1 --x target.noise=log:0.02..2:12 --quantity delta_alg
draw width $student --set "name=quadratic students" --set numerics.samples=4096 --x loss.width=0.1,0.2,0.3,0.4,0.5,0.55,0.6,0.65,0.7,0.75,0.8,0.85,0.9,1,1.1,1.2,1.3,1.5 \
    --y network.readout.neurons=1,2,4,10 --quantity delta_nn

draw readout examples/trained_readout.toml "${draft[@]}" --x training.readout_step_size=0..1.2:7 --quantity delta_nn --at 20

# An activation is no number, so it is no axis: a table of single thresholds.
thresholds() {
    local column=$1 field=$2
    shift 2
    echo "$column,steps,delta_nn,std_error,edge_kind,reason"
    for value in "$@"; do
        "$onset" nn $model "${draft[@]}" --set "$field=$value" --at 0,10 --json --quiet | python3 -c '
import csv, json, sys
rows = csv.writer(sys.stdout, lineterminator="\n")
for rung in json.load(sys.stdin)["ladder"]:
    # a table without quotes, so that every reader takes it
    cells = (rung[key] for key in ("steps", "delta_nn", "std_error", "edge_kind", "reason"))
    rows.writerow([sys.argv[1], *(c.replace(",", ";") if isinstance(c, str) else c for c in cells)])' "$value"
    done
}

echo 'activations' >&2
table=results/gallery/activation.csv
thresholds activation network.activation 'sqrt(1+u^2) - 1 + 0.2*u' u^2 gelu silu softplus 'softplus(10*u)/10' tanh 'cos(u)' gaussian >$table.tmp
mv $table.tmp $table
