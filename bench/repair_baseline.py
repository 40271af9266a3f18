"""Repair logs to ChatML, the straightforward way: json, lists in memory, one thread.

The same filters, pairs and split as `npm run stage:repair`, without looking for duplicates.
Usage: python3 bench/repair_baseline.py INPUT.jsonl OUTPUT_FOLDER
"""

import json
import os
import random
import re
import sys

MAX_PATCH_CHARS = 8000
MIN_PROBLEM_WORDS = 20
VAL_FRACTION = 0.1
SYSTEM = (
    "You repair bugs in software repositories. "
    "Answer with a patch in unified diff format and nothing else."
)
HUNK = re.compile(r"^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@")
EXCEPTION = re.compile(r"^((?:\w+\.)*\w+(?:Error|Exception))\b", re.M)


def is_diff(patch):
    lines = patch.split("\n")
    files = hunks = at = 0
    while at < len(lines):
        line = lines[at]
        at += 1
        if line.startswith("--- "):
            if at >= len(lines) or not lines[at].startswith("+++ "):
                return False
            at += 1
            files += 1
        elif line.startswith("@@ "):
            match = HUNK.match(line)
            if match is None or files == 0:
                return False
            before, after = int(match[1] or 1), int(match[2] or 1)
            while before > 0 or after > 0:
                if at >= len(lines):
                    return False
                mark = lines[at][:1]
                at += 1
                if mark == "-":
                    before -= 1
                elif mark == "+":
                    after -= 1
                elif mark in (" ", ""):
                    before -= 1
                    after -= 1
                elif mark != "\\":
                    return False
            hunks += 1
        elif line and not line.startswith(("diff ", "index ", "new file", "deleted file", "\\")):
            return False
    return files > 0 and hunks > 0


def category_of(log):
    match = EXCEPTION.search(log)
    if match is None:
        return None
    name = match[1].rsplit(".", 1)[-1]
    if name == "AssertionError":
        return "assertion"
    if name in ("ImportError", "ModuleNotFoundError"):
        return "import"
    if name in ("AttributeError", "TypeError"):
        return "attribute_type"
    return "runtime"


def cut(text, limit):
    if len(text) <= limit:
        return text
    end = text.rfind("\n", 0, limit)
    return text[: end if end > 0 else limit] + "\n[... cut]"


def first_error(log):
    start = log.find("Traceback (most recent call last)")
    if start < 0:
        return ""
    match = EXCEPTION.search(log, start)
    frame = log.rfind('  File "', start, match.start()) if match else -1
    return cut(log[frame if frame >= 0 else start : match.end() + 200 if match else start + 500], 500)


def skip_reason(row, category):
    if not row["resolved"] and category is None:
        return "unknown_category"
    if not (row["patch"] or "").strip():
        return "empty_patch"
    if not is_diff(row["patch"]):
        return "invalid_patch_format"
    if len(row["patch"]) > MAX_PATCH_CHARS:
        return "patch_too_long"
    if len((row["problem_statement"] or "").split()) < MIN_PROBLEM_WORDS:
        return "problem_too_short"
    return None


def prompt_of(row, before):
    parts = [f"Repair this issue in the repository {row['repo']}."]
    parts.append("## Issue\n" + cut(row["problem_statement"].strip(), 1000))
    if row["localised_files"]:
        files = "\n".join("- " + path for path in row["localised_files"][:8])
        parts.append("## Files that may matter\n" + files)
    if before is not None:
        parts.append(f"## Previous attempt\nIt failed: {before['failure_category']}.")
        error = first_error(before["test_stdout"] or "")
        if error:
            parts.append("### First error\n```\n" + error + "\n```")
        parts.append("### Its patch\n```diff\n" + cut(before["patch"].rstrip(), 800) + "\n```")
    return "\n\n".join(parts)


def chatml(row, before):
    text = (
        f"<|im_start|>system\n{SYSTEM}<|im_end|>\n"
        f"<|im_start|>user\n{prompt_of(row, before)}<|im_end|>\n"
        f"<|im_start|>assistant\n{row['patch']}<|im_end|>\n"
    )
    metadata = {
        "instance_id": row["instance_id"],
        "repo": row["repo"],
        "pair": "positive" if before is None else "reflection",
        "attempt": row["attempt"],
        "failed_attempt": before["attempt"] if before else None,
        "failure_category": before["failure_category"] if before else None,
    }
    return {"text": text, "metadata": metadata}


def main(source, folder):
    rows = []
    with open(source, encoding="utf-8") as file:
        for line in file:
            if line.strip():
                rows.append(json.loads(line))

    kept, skipped, reasons = [], [], {}
    for row in rows:
        category = row["failure_category"]
        if not row["resolved"] and category in (None, "", "unknown"):
            category = row["failure_category"] = category_of(row["test_stdout"] or "")
        reason = skip_reason(row, category)
        if reason is None:
            kept.append(row)
        else:
            reasons[reason] = reasons.get(reason, 0) + 1
            skipped.append({"instance_id": row["instance_id"], "reason": reason})

    by_instance = {}
    for row in kept:
        by_instance.setdefault(row["instance_id"], []).append(row)
    by_repo = {}
    reflections = 0
    for attempts in by_instance.values():
        attempts.sort(key=lambda row: row["attempt"])
        pairs = [chatml(row, None) for row in attempts if row["resolved"]]
        for at, row in enumerate(attempts):
            if not row["resolved"]:
                later = next((other for other in attempts[at + 1 :] if other["resolved"]), None)
                if later is not None:
                    pairs.append(chatml(later, row))
                    reflections += 1
        by_repo.setdefault(attempts[0]["repo"], []).extend(pairs)

    repos = sorted(by_repo)
    random.Random(42).shuffle(repos)
    total = sum(len(pairs) for pairs in by_repo.values())
    train, val = [], []
    for repo in repos:
        if len(val) + len(by_repo[repo]) <= VAL_FRACTION * total:
            val.extend(by_repo[repo])
        else:
            train.extend(by_repo[repo])

    os.makedirs(folder, exist_ok=True)
    for name, part in (("train", train), ("val", val), ("skipped", skipped)):
        with open(os.path.join(folder, name + ".jsonl"), "w", encoding="utf-8") as file:
            for row in part:
                file.write(json.dumps(row) + "\n")
    stats = {
        "total_trajectories": len(rows),
        "after_filter": len(kept),
        "augmented_pairs": reflections,
        "train_size": len(train),
        "val_size": len(val),
        "filter_reasons": reasons,
    }
    with open(os.path.join(folder, "dataset_stats.json"), "w", encoding="utf-8") as file:
        json.dump(stats, file, indent=2)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
