"""The command line. Each command is a module here, imported only when it is called.

`check` is mostly answered before even Click is imported.
"""

from __future__ import annotations

import signal
import sys

# command -> the line that `scenelang --help` shows, so that help imports no command
COMMANDS = {
    "check": "Show all errors and warnings of films.",
    "fmt": "Write films in the canonical form.",
    "plan": "Show shots, segments, cost and what a model can honour; render nothing.",
    "compile": "Write plan.json and conditioning.safetensors.",
    "preview": "Render the animatic: fast, no model.",
    "render": "Render the film.",
    "expect": "Measure a finished film against what its shots expect.",
    "verify": "Say whether a film was made by scenelang and changed since.",
    "policy": "Check films against the content policy; sign one of your own.",
    "storyboard": "Make a page of stills, plans, curves, prompts and costs.",
    "watch": "Show that page in a browser, and again with every save.",
    "takes": "Make a page of the takes of shots, side by side.",
    "pick": "Write the seed of a take into the film.",
    "export": "Write the cameras of a film for other programs.",
    "diff": "Show what differs between two films, and what renders again.",
    "import": "Make a film of a screenplay (Fountain) or a storyboard (JSON).",
    "init": "Make a folder for a new film.",
    "cache": "Show or shrink what is kept of renders.",
    "models": "Show what can render here.",
    "explain": "Say what a diagnostic's code means.",
    "textconv": "Print a film as `git diff` compares it.",
    "completion": "Print the completion script for a shell.",
    "lsp": "Serve an editor: checks, hover, completion, rename.",
}


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def main() -> None:
    """Run, and turn Ctrl-C, or a farm's SIGTERM, into a clean stop with exit code 130."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        sys.exit(_run())
    except KeyboardInterrupt:
        print(
            "interrupted: nothing half-written was left; shots that were finished are kept",
            file=sys.stderr,
        )
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)


def _run() -> int:
    if sys.argv[1:2] == ["check"]:
        from scenelang.cli.quick_check import quick_check
        from scenelang.grammar import plain

        plain.in_use = True  # for all that this process does: it prints findings, and ends

        code = quick_check(sys.argv[2:])
        if code is not None:
            return code
    from scenelang.cli.group import run

    return run()
