"""What all tests share."""

from __future__ import annotations

import os
import tempfile

# Two test processes with two torch threads each would wait for one another's cores.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# No test may look for anything on a hub.
os.environ.setdefault("HF_HUB_OFFLINE", "1")
# Tests never read what another version of the code remembered.
_caches = tempfile.TemporaryDirectory()
os.environ["XDG_CACHE_HOME"] = _caches.name
# Nor do they touch the user's keys, or the log of the films that were made here.
os.environ["XDG_CONFIG_HOME"] = f"{_caches.name}/config"
os.environ["XDG_DATA_HOME"] = f"{_caches.name}/data"
