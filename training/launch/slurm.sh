#!/bin/bash
# Slurm, one node of eight GPUs: sbatch training/launch/slurm.sh artifacts/checkpoints/NAME/run.json
# A job that is at its end gets SIGTERM a minute before: the run saves, and the next job goes on.
#SBATCH --job-name=kingmaker-train
#SBATCH --nodes=1
#SBATCH --gpus-per-node=8
#SBATCH --signal=TERM@60
#SBATCH --requeue
set -euo pipefail
run=${1:?name a run.json}
export PYTHONPATH="$PWD/training/src"
exec srun training/.venv/bin/accelerate launch \
  --config_file training/launch/eight-gpus.yaml \
  -m kingmaker_training train "$run"
