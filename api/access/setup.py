"""The code by which the first administrator begins: only who sees what the server prints, or has its files, knows it.

It follows from the installation's secret, so every process of it tells the same, nothing is kept, and a restart changes
nothing. It opens nothing once anybody has a password (`Accounts.begin`).
"""

from __future__ import annotations

import base64
import hashlib
import hmac


def setup_code(secret: bytes) -> str:
    """Such as `K7Q2-9XMA-4TPL-W3ZC`: 80 bits."""
    code = base64.b32encode(hmac.digest(secret, b"the first administrator", hashlib.sha256)[:10]).decode()
    return "-".join(code[n : n + 4] for n in range(0, 16, 4))


def is_setup_code(said: str, secret: bytes) -> bool:
    plain = "".join(said.split()).replace("-", "").upper()
    return hmac.compare_digest(plain.encode(), setup_code(secret).replace("-", "").encode())
