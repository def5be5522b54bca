#!/bin/sh
# Feature learning at finite d beside the theory: results/escape/. About five minutes on two idle cores.
# Run from the repository's root; ONSET is the binary to use.
set -eu
onset=${ONSET:-target/release/onset}
file=examples/phase_retrieval.toml
out=results/escape

# run NAME OPTIONS..: the JSON, its table as CSV, and the picture of one command
run() {
    name=$1
    shift
    "$onset" simulate "$file" "$@" --quiet --json --plot "$out/$name.svg" > "$out/$name.json.new"
    mv "$out/$name.json.new" "$out/$name.json"
    table "$name" > "$out/$name.csv.new"
    mv "$out/$name.csv.new" "$out/$name.csv"
}

# table NAME: a line for each n/d and dimension; the columns of predictions begin with predicted_
table() {
    jq -r 'def line: map(if . == null then "" elif type == "string" then gsub("[,\"]"; ";") else tostring end) | join(",");
        ((.escape // .lowest)
            | map((del(.predicted) + ((.predicted // {}) | with_entries(.key |= "predicted_" + .)))
                | with_entries(select(.value | type | . != "array" and . != "object")))
            | (.[0] | keys_unsorted) as $columns
            | $columns, (.[] | [.[$columns[]]])
            | line)' "$out/$1.json"
}

samples="--set numerics.samples=16384"
run crossing_10 --crossing --dim 100,200,400 --delta 1.4,1.7,2,2.3,2.6,3 --hessian-at 10 --runs 150 $samples
run cap_4_ln_d --until-escape 0.3 --dim 100,200,400 --delta 2,2.5,3,3.5,4,5,6,8 --steps-per-log 4 --runs 100 $samples
run fixed_cap --until-escape 0.3 --dim 200,400,800 --delta 2,2.5,3,3.5,4,5,6,8 --steps 100 --runs 40 $samples
run crossing_0 --crossing --dim 100,200,400 --delta 0.6,0.8,1,1.2,1.4,1.6 --hessian-at 0 --runs 150
