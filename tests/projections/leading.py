"""A worker that only leads: python -m tests.projections.leading URL. It says "leads" when it does, until killed."""

from __future__ import annotations

import sys
import time

from projections.leader import candidate
from projections.schema import open_engine


def main(url: str) -> None:
    leader = candidate(open_engine(url))
    while not leader.leads():
        time.sleep(0.05)
    print("leads", flush=True)
    while leader.leads():
        time.sleep(0.05)


if __name__ == "__main__":
    main(sys.argv[1])
