"""The command line: ``wangge COMMAND``."""

import sys

import typer

from api.cli import check_cells, coverage, database, demo, importing, mapping, responsible, serving, users
from api.cli.output import fail

__all__ = ["app", "main"]

app = typer.Typer(
    name="wangge",
    help="Grid supervision for a township's environment office. 网格化环境监管。",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

for module in (demo, serving, database, importing, coverage, responsible, check_cells, mapping, users):
    module.register(app)


def main() -> None:
    """Run a command; every refusal is one clear line and exit code 1."""
    from geo.errors import WanggeError

    try:
        app()
    except WanggeError as error:
        fail(error)
    except KeyboardInterrupt:
        sys.exit(130)
