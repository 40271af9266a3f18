#!/usr/bin/env bash
# versions: atif 1.8.0, harbor 0.26.0 (PyPI; harbor wants Python 3.12 and of it only the validator runs)
# behaviour: the two validators of the ATIF format accept different files: atif takes a trajectory
#   without steps and versions that do not exist, harbor takes one without a version. Write what both take.
# seen: no steps: atif yes, harbor no; ATIF-v1.9: yes, no; no schema_version: no, yes.
set -euo pipefail
cd "$(mktemp -d)" && trap 'rm -rf "$PWD"' EXIT
for python in python3.13 python3.12 "${PYTHON312:-python3}"; do
  "$python" -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2> /dev/null && break
done
"$python" -m venv env || exit 69
env/bin/pip install --quiet atif==1.8.0 2> pip.log || exit 69
env/bin/pip install --quiet --no-deps harbor==0.26.0 2> pip.log || exit 69
cat > run.py <<'PY'
import contextlib, io, json, sys
import atif
from harbor.utils.trajectory_validator import TrajectoryValidator
step = {"step_id": 1, "source": "user", "message": "Mend the bug."}
right = {"schema_version": "ATIF-v1.6", "session_id": "one",
         "agent": {"name": "mini", "version": "1"}, "steps": [step]}
cases = {
    "right": right,
    "no steps": right | {"steps": []},
    "ATIF-v1.9": right | {"schema_version": "ATIF-v1.9"},
    "no version": {key: value for key, value in right.items() if key != "schema_version"},
}
def by_atif(case):
    try:
        return bool(atif.Trajectory.model_validate(case))
    except ValueError:
        return False
def by_harbor(case):
    open("case.json", "w").write(json.dumps(case))
    with contextlib.redirect_stdout(io.StringIO()):
        return TrajectoryValidator().validate("case.json")
seen = {name: (by_atif(case), by_harbor(case)) for name, case in cases.items()}
print("atif, harbor:", seen)
wanted = [(True, True), (True, False), (True, False), (False, True)]
sys.exit(0 if list(seen.values()) == wanted else 1)
PY
env/bin/python run.py
