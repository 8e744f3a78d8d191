# Counts the words of stdin and prints them sorted; with an argument, of that file, and exits with 3 if there are none.
import sys
from collections import Counter

import wit_world
from wit_world import exports


class Run(exports.Run):
    def run(self) -> None:
        source = open(sys.argv[1]) if len(sys.argv) > 1 else sys.stdin
        counts = Counter(word for line in source for word in line.split())
        for word, count in sorted(counts.items()):
            print(word, count)
        if not counts:
            print("no words", file=sys.stderr)
            sys.exit(3)
