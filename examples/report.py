"""Sums up expenses.csv by category into report.json, beside this script.

With a budget as argument, exits with 3 when more than that was spent.
"""

import csv
import json
import sys
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

here = Path(__file__).parent

totals = defaultdict(Decimal)
with open(here / "expenses.csv", newline="") as file:
    for row in csv.DictReader(file):
        totals[row["category"]] += Decimal(row["amount"])

spent = sum(totals.values())
for category, amount in sorted(totals.items()):
    print(f"{category:<10} {amount:>9}")
print(f"{'total':<10} {spent:>9}")

report = {"total": str(spent), "categories": {name: str(amount) for name, amount in totals.items()}}
(here / "report.json").write_text(json.dumps(report, indent=2) + "\n")

if len(sys.argv) > 1 and spent > Decimal(sys.argv[1]):
    print(f"over the budget of {sys.argv[1]}", file=sys.stderr)
    sys.exit(3)
