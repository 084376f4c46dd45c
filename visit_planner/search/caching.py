"""Where compiled kernels are kept between runs."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from numba import config

HERE = Path(__file__).resolve().parent


def keep_compiled_apart() -> None:
    """Keeps compiled kernels in a folder named after the sources they were made from.

    Numba compiles a kernel anew when its own file changes, not when a kernel it calls from another file does:
    after an upgrade it could run a mixture of old and new. To be called before the first kernel is defined.
    """
    digest = hashlib.sha256()
    for path in sorted(HERE.glob("*.py")):
        digest.update(path.read_bytes())
    asked = config.CACHE_DIR  # type: ignore[attr-defined]
    root = Path(asked) if asked else HERE / "__pycache__"
    if not asked and not os.access(HERE, os.W_OK):
        root = Path(tempfile.gettempdir()) / f"visit-planner-{os.getuid()}"
    config.CACHE_DIR = str(root / f"kernels-{digest.hexdigest()[:16]}")  # type: ignore[attr-defined]
