#!/bin/sh
# Regenerates results/validate: theory beside simulation for five models, null runs of three networks and two losses, the end of
# training for three networks, and trained readouts and biases.
#
#   cargo build --release && sh results/validate.sh [PART..]
#
# PART: spectra, models, null, end, head; all of them without. About an hour on two cores. A disagreement (exit code 1) is a
# result, and stands in the files.
set -eu
cd "$(dirname "$0")/.."
onset=${ONSET:-target/release/onset}
out=${OUT:-results/validate}
mkdir -p "$out"

# A line of a table without quotes, so that every reader takes it: commas and quotes of a text become semicolons.
line='def line: map(if . == null then "" elif type == "string" then gsub("[,\"]"; ";") else tostring end) | join(",");'

# compare NAME EXPERIMENT OPTIONS..: NAME.csv has the checks, NAME.json the verdict, trends, bulk and experiment
compare() {
    name=$1
    shift
    status=0
    "$onset" validate "$@" --seed 1 --quiet --json > "$out/$name.tmp" || status=$?
    [ "$status" -le 1 ] || exit "$status"
    jq -r "$line"'"quantity,delta,dim,steps,theory,theory_error,simulation,simulation_error,z,p,p_holm,finding",
        (.checks[] | [.quantity, .delta, .dim, .steps, .theory, .theory_error, .simulation, .simulation_error, .z, .p,
            .p_holm, .finding] | line)' "$out/$name.tmp" > "$out/$name.csv"
    jq 'del(.checks) | del(.trend[] | select(.quantity | test("edge|outlier|bulk") | not))' "$out/$name.tmp" |
        jq -c . > "$out/$name.json"
    rm "$out/$name.tmp"
}

spectra() {
    compare phase_retrieval examples/phase_retrieval.toml --delta 6 --dim 250,500,1000 --runs 12 --steps 4 \
        --plot "$out/phase_retrieval.svg"
    compare phase_retrieval_small examples/phase_retrieval.toml --set training.init_std=0.3 --delta 8 --dim 1000 --runs 12 \
        --steps 0 --plot "$out/phase_retrieval_small.svg"
}

models() {
    compare committee examples/committee.toml --delta 6 --dim 200,400 --runs 12 --steps 10 --plot "$out/committee.svg"
    compare quadratic_student examples/quadratic_student.toml --set loss.width=1 --delta 4 --dim 200,400 --runs 12 --steps 0 \
        --plot "$out/quadratic_student.svg"
    compare easy_and_hard examples/easy_and_hard.toml --delta 6 --dim 200,400 --runs 12 --steps 10 \
        --set numerics.samples=32768 --plot "$out/easy_and_hard.svg"
    compare product examples/product.toml --delta 8 --dim 200,400 --runs 10 --steps 0 --set numerics.samples=32768 \
        --plot "$out/product.svg"
}

# null_runs NAME READOUT RUNS SAMPLES
null_runs() {
    for loss in square pseudo-huber; do
        compare "null_$1_$loss" examples/phase_retrieval.toml --null --f32 --delta 4 --dim 2000 --runs "$3" --steps 60 \
            --no-hessian --set "network.readout=[$2]" --set loss.width= --set "loss.kind=$loss" \
            --set training.step_size=0.3 --set "numerics.samples=$4" --set numerics.replicates=8
    done
}

null() {
    null_runs m1 1.0 100 65536
    null_runs m2 1.0,0.5 100 65536
    null_runs m4 1.0,0.5,-0.5,0.8 100 262144
}

# at_end NAME EXPERIMENT DIMENSIONS RUNS: a thousand steps with null labels, against the end of training
at_end() {
    compare "end_$1" "examples/$2.toml" --null --f32 --delta 4 --dim "$3" --runs "$4" --steps 1000 --at 0,10,end \
        --plot "$out/end_$1.svg"
}

end() {
    at_end static weight_decay 1000 8
    at_end marginal phase_retrieval 1000 8
    at_end easy easy_and_hard 1000 8
}

# trained NAME OPTIONS..: null runs in which readout or biases are trained, or both with momentum
trained() {
    name=$1
    shift
    compare "head_$name" examples/trained_readout.toml --null --f32 --delta 4 --dim 2000 --runs 8 --steps 60 --no-hessian \
        --set numerics.samples=32768 "$@"
}

head() {
    trained readout --set training.bias_step_size=
    trained bias --set training.readout_step_size=
    trained both --set training.momentum=0.5
}

for part in "${@:-spectra models null end head}"; do
    # without arguments the default is one word of five
    for name in $part; do
        "$name"
    done
done
