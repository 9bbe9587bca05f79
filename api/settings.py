"""Settings: environment variables that begin with ``WANGGE_``, or a ``.env`` file."""

import os
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Literal

from platformdirs import user_state_path
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

__all__ = ["Settings", "get_settings"]

_CHECKOUT = Path(__file__).resolve().parents[1]


def _default_home() -> Path:
    # Root's own folders are closed to the user that the database runs as.
    return Path("/var/lib/wangge") if os.getuid() == 0 else user_state_path("wangge")


class Settings(BaseSettings):
    """What an operator can set; every field is described in ``docs/settings.md``."""

    model_config = SettingsConfigDict(env_prefix="WANGGE_", env_file=".env", extra="ignore")

    database_url: str | None = Field(None, description="PostgreSQL with PostGIS; the embedded cluster when empty")
    home: Path = Field(default_factory=_default_home, description="State folder: the embedded database and its log")
    language: Literal["zh", "en"] = Field("zh", description="Language of messages, pages and maps")
    host: str = Field("127.0.0.1", description="Address that the site listens on")
    port: int = Field(8000, description="Port that the site listens on")
    assets_dir: Path = Field(_CHECKOUT / "node_modules", description="Front-end libraries, as `npm ci` lays them")
    max_upload_bytes: int = Field(200 * 1024**2, description="Largest file that is read")
    session_hours: int = Field(12, description="How long a browser stays signed in")
    secure_cookies: bool = Field(False, description="Send the session cookie over HTTPS only")
    basemap: Literal["none", "tianditu", "tiles"] = Field("none", description="Ground under the maps")
    tianditu_key: str | None = Field(None, description="Key for the 天地图 basemap")
    today: date | None = Field(None, description="The day that counts as today, for demonstrations; normally empty")
    tiles_url: str | None = Field(None, description="Tile address for the basemap `tiles`, with {z}/{x}/{y}")


@lru_cache
def get_settings() -> Settings:
    """Read the settings once, when they are first needed."""
    return Settings()
