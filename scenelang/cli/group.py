"""All commands as one: what Click makes of the command line."""

from __future__ import annotations

from importlib import import_module

import click

import scenelang
from scenelang.cli import COMMANDS


class LazyGroup(click.Group):
    """A group whose commands are imported when they are needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command = getattr(import_module(f"scenelang.cli.{name}"), "command")  # noqa: B009
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from scenelang.grammar.diagnostics import did_you_mean

            near = did_you_mean(args[0], COMMANDS) if args else ""
            if not near or near.replace("`", "") in error.message:
                raise
            message = f"{error.message} {near[0].upper()}{near[1:]}"
            raise click.UsageError(message, ctx) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(scenelang.__version__, "-V", "--version", prog_name="scenelang")
def cli() -> None:
    """Films as text: camera, light, blocking and action, compiled to generative video.

    \b
    Try:
      scenelang check film.scene
      scenelang preview film.scene -o film.mp4
      scenelang render film.scene

    \b
    Completion for bash (zsh and fish likewise):
      eval "$(scenelang completion bash)"
    """


def run() -> int:
    """The exit code of what the command line asks for."""
    try:
        code = cli.main(prog_name="scenelang", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        raise KeyboardInterrupt from None
