"""Prints the live keys of some rows of masks, without torch: stdin is a list of {mask, n, rows}, stdout of key lists."""
import json
import sys

from masks import build

answers = []
for case in json.load(sys.stdin):
    mod = build(case["mask"], case["n"], lambda values: values, lambda x, low, high: max(low, min(x, high)))
    answers.append([[k for k in range(case["n"]) if mod(0, 0, q, k)] for q in case["rows"]])
json.dump(answers, sys.stdout)
