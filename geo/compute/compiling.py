"""Compilation of the few inner loops, cached where a cache can be kept."""

from collections.abc import Callable
from typing import Any, TypeVar

import numba

__all__ = ["compiled"]

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(signature: Any) -> Callable[[Function], Function]:
    """Compile a function at once for one signature.

    The machine code is kept beside the module or, where that is read-only, in
    the user's cache folder. Where neither can be written, or where what was kept
    cannot be read, the function is compiled anew in each process.
    """

    def compile_now(function: Function) -> Function:
        try:
            return numba.njit(signature, cache=True, nogil=True, error_model="numpy")(function)  # type: ignore[no-any-return]  # numba ships no types
        except Exception:
            # Whatever is wrong with a cache, the function can be had without one;
            # and what is wrong with the function is raised again here.
            return numba.njit(signature, nogil=True, error_model="numpy")(function)  # type: ignore[no-any-return]  # numba ships no types

    return compile_now
