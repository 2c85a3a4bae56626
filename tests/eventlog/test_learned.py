"""Types read for the first time by several threads at once: msgspec alone crashes the process, learned types do not."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

PROGRAM = """
import dataclasses, sys, threading
import msgspec
from eventlog.learned import decoder, learn

sys.setswitchinterval(1e-6)
names = [f"f{n}" for n in range(12)]
text = msgspec.json.encode({"one": dict.fromkeys(names, "x"), "some": [dict.fromkeys(names, "x")] * 3})

def types(n):
    inner = dataclasses.make_dataclass(f"Inner{n}", [(name, str) for name in names])
    return msgspec.defstruct(f"Outer{n}", [("one", inner), ("some", list[inner])]), inner

def work(outer, inner, gate):
    gate.wait()
    READ

for n in range(100):
    outer, inner = types(n)
    gate = threading.Barrier(4)
    threads = [threading.Thread(target=work, args=(outer, inner, gate)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
print("alive")
"""


@pytest.mark.parametrize(
    "read",
    [
        "[decoder(outer).decode(text) for _ in range(5)]",
        "learn(inner, outer); [msgspec.convert(msgspec.json.decode(text), outer) for _ in range(5)]",
    ],
)
def test_learned_types_may_be_read_by_every_thread_at_once(read):
    command = [sys.executable, "-c", PROGRAM.replace("READ", read)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, "alive\n"), done.stderr
