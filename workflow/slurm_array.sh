#!/usr/bin/env bash
#SBATCH --job-name=onset
#SBATCH --array=0-7
#SBATCH --cpus-per-task=1
#SBATCH --mem=2G
#SBATCH --time=02:00:00
#SBATCH --requeue
#SBATCH --open-mode=append
#
# One shard of a phase diagram per array task. Task i of N computes its share and appends each finished cell
# to its journal; a task that was stopped and starts again goes on from there.
#
#   sbatch workflow/slurm_array.sh OUT FILE --x KEY=LO..HI:N [--y ..] [--quantity ..]
#   onset merge OUT/*.jsonl --output OUT/diagram.csv --plot OUT/diagram.svg      when all are done
#
# ONSET names the program, if it is not on the path.
set -euo pipefail

out=$1
shift
mkdir -p "$out"
task=$(printf '%04d' "$SLURM_ARRAY_TASK_ID")
exec "${ONSET:-onset}" diagram "$@" --quiet --threads "${SLURM_CPUS_PER_TASK:-1}" \
    --shard slurm --journal "$out/$task.jsonl" --resume
