#!/usr/bin/env bash
# versions: @huggingface/jinja 0.5.11 (npm), jinja2 3.1.6 (PyPI)
# behaviour: where a chat template joins an object to text, as templates do with tool arguments, Node's
#   jinja writes "[object Map]" and the content is lost; Python's writes the object out. No error.
# seen: "[object Map]" in Node, "{'path': 'a.py'}" in Python.
set -euo pipefail
cd "$(mktemp -d)" && trap 'rm -rf "$PWD"' EXIT
npm install --silent --no-fund --no-audit @huggingface/jinja@0.5.11 || exit 69
python3 -m venv env && env/bin/pip install --quiet jinja2==3.1.6 2> pip.log || exit 69
export TEMPLATE="{{ 'call: ' ~ arguments }}"
node --input-type=module -e '
import { Template } from "@huggingface/jinja";
console.log(new Template(process.env.TEMPLATE).render({ arguments: { path: "a.py" } }));' > node.txt
env/bin/python -c '
import jinja2, os
print(jinja2.Template(os.environ["TEMPLATE"]).render(arguments={"path": "a.py"}))' > python.txt
echo "Node: $(cat node.txt); Python: $(cat python.txt)"
[ "$(cat node.txt)" = "call: [object Map]" ] && [ "$(cat python.txt)" = "call: {'path': 'a.py'}" ]
