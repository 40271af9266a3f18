#!/bin/sh
# A job on the Hub's machines: sh training/launch/hf-job.sh OWNER/SET OWNER/MODEL
# The set is one that stage:publish sent; the checkpoint goes back by --push. HF_TOKEN is needed for both.
set -eu
set_name=${1:?name the set} model_name=${2:?name the repository of the checkpoint}
exec hf jobs run --flavor a100-large --timeout 6h --secrets HF_TOKEN \
  pytorch/pytorch:2.13.0-cuda13.0-cudnn9-runtime bash -c "
    apt-get update && apt-get install -y nodejs npm git &&
    git clone \"\$KINGMAKER_REPOSITORY\" kingmaker && cd kingmaker &&
    npm ci && npm run setup:training -- --cuda --yes &&
    training/.venv/bin/hf download --repo-type dataset $set_name --local-dir dataset/set &&
    npm run stage:train -- dataset/set --yes --repo $model_name --push"
