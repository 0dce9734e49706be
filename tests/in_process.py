"""The command line without a process of its own, for commands that import nothing heavy."""

from __future__ import annotations

from contextlib import chdir
from pathlib import Path
from subprocess import CompletedProcess

from click.testing import CliRunner

from scenelang.cli.group import cli


def scenelang(
    *arguments: str | Path, stdin: str | bytes = "", cwd: Path | None = None
) -> CompletedProcess[str]:
    with chdir(cwd or Path.cwd()):
        done = CliRunner().invoke(cli, [*map(str, arguments)], input=stdin)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return CompletedProcess(arguments, done.exit_code, done.stdout, done.stderr)
