"""The command line. Each command is a module here, imported only when it is called."""

from __future__ import annotations

import signal
import sys
from importlib import import_module

import click

import scenelang

# command -> the line that `scenelang --help` shows, so that help imports no command
COMMANDS = {
    "check": "Show all errors and warnings of films.",
    "fmt": "Write films in the canonical form.",
    "plan": "Show shots, segments, cost and what a model can honour; render nothing.",
    "compile": "Write plan.json and conditioning.safetensors.",
    "preview": "Render the animatic: fast, no model.",
    "render": "Render the film.",
    "export": "Write the cameras of a film for other programs.",
    "diff": "Show what differs between two films, and what renders again.",
    "import": "Make a film of a screenplay (Fountain) or a storyboard (JSON).",
    "init": "Make a folder for a new film.",
    "models": "Show what can render here.",
    "explain": "Say what a diagnostic's code means.",
    "textconv": "Print a film as `git diff` compares it.",
    "completion": "Print the completion script for a shell.",
    "lsp": "Serve an editor: checks, hover, completion, rename.",
}


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


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def main() -> None:
    """Run, and turn Ctrl-C, or a farm's SIGTERM, into a clean stop with exit code 130."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        code = cli.main(prog_name="scenelang", standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except click.exceptions.Exit as exit_:
        sys.exit(exit_.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted: nothing half-written was left", err=True)
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
