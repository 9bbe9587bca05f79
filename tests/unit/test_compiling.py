"""Compiled functions work wherever the program is installed."""

import os
import subprocess
import sys
from pathlib import Path

import numba
from numba.core import caching

from geo.compute.compiling import compiled

ROOT = Path(__file__).parents[2]
PROGRAM = """
import numba
from geo.compute.compiling import compiled

@compiled(numba.float64(numba.float64))
def twice(number):
    return 2 * number

print(twice(21.0))
"""


def test_a_function_is_compiled_where_no_cache_can_be_kept(monkeypatch):
    monkeypatch.setattr(caching.CompileResultCacheImpl, "_locator_classes", [])

    @compiled(numba.float64(numba.float64))
    def half(number):
        return number / 2

    assert half(42.0) == 21.0


def test_a_function_is_compiled_again_where_its_cache_is_damaged(tmp_path):
    program, cache = tmp_path / "program.py", tmp_path / "cache"
    program.write_text(PROGRAM)
    assert _run(program, cache) == "42.0"
    kept = [file for file in cache.rglob("*") if file.is_file()]
    for file in kept:
        file.write_bytes(b"\x80damaged")

    again = _run(program, cache)

    assert kept != []
    assert again == "42.0"


def _run(program, cache):
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(cache), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-W", "error", program], env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()
