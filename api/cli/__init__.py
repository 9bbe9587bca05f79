"""The command line: ``wangge COMMAND``."""

import sys
from importlib import import_module

import typer

from api.cli.output import fail

__all__ = ["app", "main"]

COMMANDS = (
    "demo",
    "serving",
    "database",
    "importing",
    "patrols",
    "coverage",
    "exporting",
    "rating",
    "duties",
    "reporting",
    "walked",
    "responsible",
    "check_cells",
    "mapping",
    "users",
)

app = typer.Typer(
    name="wangge",
    help="Grid supervision for a township's environment office. 网格化环境监管。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

# Each module adds its own command; what a command needs it imports when it runs, so that `--help` is quick.
for _name in COMMANDS:
    import_module(f"api.cli.{_name}").register(app)


def main() -> None:
    """Run a command; every refusal is one clear line and exit code 1."""
    from geo.errors import WanggeError

    try:
        app()
    except WanggeError as error:
        fail(error)
    except KeyboardInterrupt:
        sys.exit(130)
