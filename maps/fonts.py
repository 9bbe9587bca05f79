"""A font that has Chinese characters, for pictures (中文字体)."""

from functools import cache

from matplotlib.font_manager import FontProperties, fontManager

from geo.errors import NotFound

__all__ = ["FAMILIES", "font"]

# The first is what the launcher installs; the others are what Windows, macOS
# and older Linux systems have.
FAMILIES = ("Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", "SimHei", "WenQuanYi Zen Hei")


def font(size_pt: float, *, bold: bool = False, italic: bool = False) -> FontProperties:
    """Return a font of this size.

    Raises
    ------
    NotFound
        If no font with Chinese characters is installed: a picture of empty
        boxes helps nobody.
    """
    return FontProperties(
        family=list(_families()),
        size=size_pt,
        weight="bold" if bold else "normal",
        style="italic" if italic else "normal",
    )


@cache
def _families() -> tuple[str, ...]:
    installed = {entry.name for entry in fontManager.ttflist}
    for family in FAMILIES:
        if family in installed:
            # DejaVu comes with matplotlib and has what the Chinese font lacks.
            return family, "DejaVu Sans"
    raise NotFound("no font with Chinese characters is installed; install fonts-noto-cjk (Debian, Ubuntu)")
