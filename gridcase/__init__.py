"""The entry package: command line, ASGI app, settings. Do not put rules of casework here.

In a checkout the folders (`domain`, `workflows`, …) are plain top-level packages beside this one. A wheel
carries them in `gridcase/house/`, so that only `gridcase` appears among the installed packages; that one
folder is put on the path here.
"""

import sys
from pathlib import Path

_house = Path(__file__).parent / "house"
if _house.is_dir() and str(_house) not in sys.path:
    sys.path.insert(0, str(_house))
