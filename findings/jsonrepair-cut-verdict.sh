#!/usr/bin/env bash
# versions: jsonrepair 3.15.0 (npm)
# behaviour: a judge's verdict that was cut off by its token limit is "completed": a number loses digits
#   and is still a number. Look at finish_reason first, or do not repair.
# seen: {"king": 62, "challenger": 8 (of 81) becomes {"king":62,"challenger":8}.
set -euo pipefail
cd "$(mktemp -d)" && trap 'rm -rf "$PWD"' EXIT
npm install --silent --no-fund --no-audit jsonrepair@3.15.0 || exit 69
cat > run.mjs <<'JS'
import { jsonrepair } from "jsonrepair";
const whole = '{"king": 62, "challenger": 81}';
const cut = whole.slice(0, -2);
const repaired = JSON.parse(jsonrepair(cut));
console.log(`${cut} becomes ${JSON.stringify(repaired)}`);
process.exitCode = repaired.king === 62 && repaired.challenger === 8 ? 0 : 1;
JS
node run.mjs
