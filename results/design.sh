#!/bin/sh
# The best networks, and how far they are from delta_alg: results/design/. About ten minutes on two idle cores.
# Run from the repository's root; ONSET is the binary to use.
set -eu
onset=${ONSET:-target/release/onset}
out=results/design

# run NAME FILE OPTIONS..: the JSON and the picture of one search
run() {
    name=$1
    shift
    "$onset" design "$@" --quiet --json --plot "$out/$name.svg" > "$out/$name.json.new"
    mv "$out/$name.json.new" "$out/$name.json"
}

# The offset of the normalised square for m quadratic neurons, at initialisation.
# student NEURONS OPTIONS..
student() {
    neurons=$1
    shift
    run "quadratic_student_$neurons" examples/quadratic_student.toml --over loss.width=0.05..3 \
        --set "network.readout.neurons=$neurons" --set "name=quadratic student, m = $neurons" "$@"
}
student 1
student 2
student 4 --restarts 2

# Initialisation and width of the loss for phase retrieval, after ten steps.
run phase_retrieval examples/phase_retrieval.toml --at 10 --over training.init_std=log:0.02..2 \
    --over loss.width=log:0.01..10 --restarts 2 --tolerance 2e-3
