#!/usr/bin/env python3
"""Shows that every rule of node/ledger/rule.h is enforced by the code and watched by a test.

For each rule, say I10: the tests that carry its name (*.I10_*) pass; with SOGOC_RULE_OFF=I10 the
code goes on without the rule, and at least one of them fails (an assertion, not a crash).

usage: tests/rules_off.py TEST_PROGRAM
"""
import os
import pathlib
import re
import subprocess
import sys

RULES = pathlib.Path(__file__).resolve().parent.parent / "node/ledger/rule.h"


def run(program, rule, off):
    environment = {**os.environ, "SOGOC_RULE_OFF": rule if off else ""}
    return subprocess.run([program, f"--gtest_filter=*.{rule}_*", "--gtest_color=no"],
                          env=environment, capture_output=True, text=True)


def problem_of(program, rule):
    with_rule = run(program, rule, off=False)
    if not re.search(r"^\[  PASSED  \] [1-9]", with_rule.stdout, re.M):
        return f"no test is named *.{rule}_*"
    if with_rule.returncode != 0:
        return "a test fails with the rule:\n" + with_rule.stdout
    without = run(program, rule, off=True)
    if without.returncode == 0:
        return "no test notices when the rule is switched off"
    if without.returncode != 1 or "[  FAILED  ]" not in without.stdout:
        return f"without the rule the program ends with {without.returncode}:\n{without.stderr}"
    failed = len(set(re.findall(r"^\[  FAILED  \] (\S+\.\S+?),? ", without.stdout, re.M)))
    print(f"{rule}: {failed} tests fail without it")
    return None


def main():
    rules = re.findall(r"^  k(I\d+),", RULES.read_text(), re.M)
    problems = {rule: problem_of(sys.argv[1], rule) for rule in rules}
    for rule, problem in problems.items():
        if problem:
            print(f"{rule}: {problem}")
    print(f"{len(rules)} rules")
    return 1 if not rules or any(problems.values()) else 0


if __name__ == "__main__":
    sys.exit(main() if len(sys.argv) == 2 else __doc__)
