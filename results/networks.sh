#!/bin/sh
# Regenerates results/networks: what `onset nn` says of the examples and of twenty networks drawn at random.
#
#   cargo build --release && sh results/networks.sh [OPTION..]
#
# OPTIONS are those of `onset nn`; with --draft a few minutes on two cores, without an hour. A network that takes more than
# LIMIT seconds (600 unless given) is interrupted: what is known by then is its row.
set -eu
cd "$(dirname "$0")/.."
onset=${ONSET:-target/release/onset}
out=${OUT:-results/networks}
mkdir -p "$out"
table=$out/table.csv
echo "network,delta_alg,verdict,delta_nn,std_error,lower_bound,steps,seconds" > "$table"

# row NAME FILE OPTIONS..
row() {
    name=$1
    file=$2
    shift 2
    start=$(date +%s)
    status=0
    timeout --preserve-status "${LIMIT:-600}" "$onset" nn "$file" --dim none --seed 1 --quiet --json "$@" > "$out/row.tmp" || status=$?
    seconds=$(($(date +%s) - start))
    if [ "$status" -eq 0 ]; then
        jq -r --arg name "$name" --arg seconds "$seconds" '[$name, .delta_alg, .delta_nn.verdict, .delta_nn.value,
            .delta_nn.std_error, .delta_nn.lower_bound, (.ladder | last | .steps), $seconds] | @csv' "$out/row.tmp" >> "$table"
    else
        echo "$name,,exit code $status,,,,,$seconds" >> "$table"
    fi
    rm "$out/row.tmp"
}

for example in examples/*.toml; do
    row "$(basename "$example" .toml)" "$example" "$@"
done
number=0
python3 results/networks/draw.py | while IFS= read -r line; do
    number=$((number + 1))
    echo "$line" | sed 's/; /\n/g' > "$out/drawn.tmp"
    row "drawn_$number" "$out/drawn.tmp" "$@"
done
rm -f "$out/drawn.tmp"
