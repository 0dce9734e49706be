"""What a film may not show: rules over its texts, checked before any work of a render.

Rules are a TOML file (`policy.toml` beside this module); see there for what its parts mean. A
policy of one's own, signed with one's own key, may change the action of a category and add rules
and masks; categories that are not overridable stay.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from importlib.resources import files
from typing import Any, Literal

from scenelang.runtime.errors import RenderError
from scenelang.trust.policy_text import is_stretched, plain, runs_together, squeezed, views

Action = Literal["deny", "warn", "label", "allow"]
ACTIONS = ("deny", "warn", "label", "allow")
LONGEST_POLICY = 1 << 20  # bytes


class PolicyError(RenderError):
    """A policy can't be read, or isn't allowed."""


@dataclass(frozen=True)
class Category:
    name: str
    action: Action
    reason: str
    overridable: bool = True


@dataclass(frozen=True)
class Rule:
    id: str
    category: str
    groups: tuple[str, ...]
    scope: Literal["shot", "line"] = "shot"


@dataclass(frozen=True)
class Match:
    """A rule that holds: its terms as written in the policy's form, and the texts they stand in."""

    rule: Rule
    category: Category
    terms: tuple[str, ...]
    lines: tuple[int, ...]  # indices of the texts, in the order of the rule's groups


@dataclass(frozen=True)
class Policy:
    version: int
    masks: tuple[str, ...]
    categories: dict[str, Category]
    groups: dict[str, tuple[str, ...]]
    rules: tuple[Rule, ...]
    digest: str  # SHA-256 of all that it was made of
    fixed_masks: tuple[str, ...]  # the only ones that categories see which can't be overridden

    @cached_property
    def fixed_groups(self) -> frozenset[str]:
        """The groups of categories that can't be overridden."""
        fixed = (r for r in self.rules if not self.categories[r.category].overridable)
        return frozenset(g for r in fixed for g in r.groups)

    @cached_property
    def _masks(self) -> re.Pattern[str]:
        return _joined(self.masks)

    @cached_property
    def _fixed(self) -> re.Pattern[str]:
        return _joined(self.fixed_masks)

    @cached_property
    def _patterns(self) -> dict[str, tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]]:
        return {name: _compiled(terms) for name, terms in self.groups.items()}

    @cached_property
    def _seen(self) -> Callable[[str, re.Pattern[str]], dict[str, str]]:
        return lru_cache(maxsize=4096)(self._groups_in)  # shots share most of their texts

    def matches(self, lines: list[str]) -> Iterator[Match]:
        """The rules that hold in a shot of these texts."""
        told = [self._seen(line, self._masks) for line in lines]
        # what can't be overridden is read without a local policy's masks: none can hide it
        fixed = [self._seen(line, self._fixed) for line in lines]
        for rule in self.rules:
            category = self.categories[rule.category]
            held = told if category.overridable else fixed
            scopes: Iterable[list[int]] = [list(range(len(lines)))]
            if rule.scope == "line":
                scopes = ([i] for i in range(len(lines)))
            for scope in scopes:
                places = [next((i for i in scope if g in held[i]), None) for g in rule.groups]
                if None not in places and category.action != "allow":
                    at = tuple(p for p in places if p is not None)
                    terms = tuple(held[i][g] for i, g in zip(at, rule.groups))
                    yield Match(rule, category, terms, at)
                    break

    def _groups_in(self, line: str, masks: re.Pattern[str]) -> dict[str, str]:
        """Groups with a term in the line that no mask takes out, and the term."""
        found: dict[str, str] = {}
        texts = [masks.sub("·", view) for view in views(line)]
        stretched = squeezed(masks.sub("·", plain(line))) if is_stretched(line) else ""
        apart = runs_together(line)
        for name, (pattern, squeezed_pattern, inside) in self._patterns.items():
            for text, how in [(t, pattern) for t in texts] + [
                (stretched, squeezed_pattern),
                (apart, inside),
            ]:
                hit = how.search(text) if text else None
                if hit:
                    found[name] = hit[0]
                    break
        return found


def _joined(masks: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(masks)})\b") if masks else re.compile(r"(?!)")


def _compiled(terms: tuple[str, ...]) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Patterns for a group: as it is, with letters squeezed, and inside of runs of letters."""

    def form(term: str) -> str:
        return re.escape(term).replace(r"\*", r"\w*").replace(r"\ ", r"\W+")

    flat = [plain(t) for t in terms]
    long = [t.rstrip("*").replace(" ", "") for t in flat]
    return (
        re.compile(rf"(?<!\w)(?:{'|'.join(form(t) for t in flat)})(?!\w)"),
        re.compile(rf"(?<!\w)(?:{'|'.join(form(squeezed(t)) for t in flat)})(?!\w)"),
        re.compile("|".join(re.escape(t) for t in long if len(t) >= 5) or r"(?!)"),
    )


@cache
def bundled() -> Policy:
    """The policy that comes with scenelang."""
    data = files("scenelang.trust").joinpath("policy.toml").read_bytes()
    return _policy(parsed(data, "the bundled policy"), hashlib.sha256(data).hexdigest())


def overridden(base: Policy, data: bytes, name: str) -> Policy:
    """The base with a local policy's changes. Raises `PolicyError` for what it may not change."""
    own = parsed(data, name)
    categories = dict(base.categories)
    for key, values in _table(own, "categories", name).items():
        old = categories.get(key)
        if not isinstance(values, dict):
            raise PolicyError(f"{name}: category `{key}` is no table")
        if old is not None and not old.overridable:
            raise PolicyError(
                f"{name}: `{key}` can never be overridden", f"take [categories.{key}] out of it"
            )
        categories[key] = _category(key, values, name, old)
    made = {
        "version": base.version,
        "masks": [*base.masks, *_strings(own.get("masks", []), f"{name}: masks")],
        "groups": {**{k: list(v) for k, v in base.groups.items()}, **_table(own, "groups", name)},
    }
    rules = [*base.rules, *_rules(own, name)]
    touched = base.fixed_groups & set(_table(own, "groups", name))
    if touched:
        raise PolicyError(
            f"{name}: the group `{min(touched)}` belongs to a category that stays as it is"
        )
    if own.get("masks") and _hides(base, [str(m) for m in own["masks"]]):
        raise PolicyError(f"{name}: a mask hides what can never be overridden", "make the mask narrower")
    digest = hashlib.sha256(bytes.fromhex(base.digest) + data).hexdigest()
    return _built(made, categories, tuple(rules), digest, name, base.fixed_masks)


def _hides(base: Policy, masks: list[str]) -> bool:
    try:
        taken = re.compile("|".join(f"(?:{m})" for m in masks))
    except re.error as error:
        raise PolicyError(f"a mask is no regular expression: {error}") from error
    return any(taken.search(plain(t).rstrip("*")) for g in base.fixed_groups for t in base.groups[g])


def parsed(data: bytes, name: str) -> dict[str, Any]:
    """The TOML of a policy. Raises `PolicyError`."""
    if len(data) > LONGEST_POLICY:
        raise PolicyError(f"{name} is longer than {LONGEST_POLICY} bytes")
    try:
        return tomllib.loads(data.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise PolicyError(f"{name} can't be read: {error}", "it is a TOML file in UTF-8") from error


def _policy(own: dict[str, Any], digest: str) -> Policy:
    name = "the policy"
    categories = {
        key: _category(key, values, name, None)
        for key, values in _table(own, "categories", name).items()
    }
    return _built(own, categories, _rules(own, name), digest, name)


def _built(
    own: dict[str, Any], categories: dict[str, Category], rules: tuple[Rule, ...], digest: str, name: str,
    fixed: tuple[str, ...] | None = None,
) -> Policy:  # fmt: skip
    groups = {
        key: _strings(terms, f"{name}: group `{key}`")
        for key, terms in _table(own, "groups", name).items()
    }
    for rule in rules:
        if rule.category not in categories:
            raise PolicyError(f"{name}: rule `{rule.id}` names no category `{rule.category}`")
        for group in rule.groups:
            if not groups.get(group):
                raise PolicyError(f"{name}: rule `{rule.id}` names no group `{group}`")
    masks = _strings(own.get("masks", []), f"{name}: masks")
    policy = Policy(
        int(own.get("version", 1)), masks, categories, groups, rules, digest, masks if fixed is None else fixed
    )  # fmt: skip
    try:
        _ = policy._masks
    except re.error as error:
        raise PolicyError(f"{name}: a mask is no regular expression: {error}") from error
    return policy


def _category(key: str, values: dict[str, Any], name: str, old: Category | None) -> Category:
    action = values.get("action", old.action if old else None)
    if action not in ACTIONS:
        raise PolicyError(f"{name}: the action of `{key}` is one of {', '.join(ACTIONS)}")
    reason = str(values.get("reason", old.reason if old else key))
    return Category(key, action, reason, bool(values.get("overridable", True)))


def _rules(own: dict[str, Any], name: str) -> tuple[Rule, ...]:
    found = []
    for values in own.get("rules", []):
        try:
            id, category, scope = values["id"], values["category"], values.get("scope", "shot")
            groups = _strings(values["all"], f"{name}: rule `{id}`")
        except (KeyError, TypeError, AttributeError) as error:
            raise PolicyError(
                f"{name}: a rule needs an id, a category and `all`, a list of groups"
            ) from error
        if scope not in ("shot", "line") or not groups:
            raise PolicyError(f"{name}: rule `{id}` has scope shot or line, and one group or more")
        found.append(Rule(str(id), str(category), groups, scope))
    return tuple(found)


def _table(own: dict[str, Any], key: str, name: str) -> dict[str, Any]:
    value = own.get(key, {})
    if not isinstance(value, dict):
        raise PolicyError(f"{name}: `{key}` is no table")
    return value


def _strings(value: object, what: str) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(v, str) and v for v in value):
        raise PolicyError(f"{what} is a list of texts")
    return tuple(value)
