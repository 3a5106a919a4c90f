"""Checking a rubric's own template before it is used: what it may say, and that it shows what the rubric reads."""

from __future__ import annotations

import difflib
from dataclasses import fields
from itertools import product
from typing import TYPE_CHECKING, Final

from jinja2 import TemplateError, TemplateSyntaxError, meta, nodes

from judge.rubric.template import (
    FILTERS,
    TESTS,
    Block,
    Blocks,
    TooLargeError,
    compiled,
    environment,
    template_names,
    write,
)
from judge.rubric.views import CriterionView, RubricView, ValueView, view_criterion, view_rubric

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from judge.rubric.schema import Rubric

MAX_TEMPLATE: Final = 20_000
"""Longest template in characters."""

MAX_TRIAL: Final = 1_000_000
"""Most characters that a template may write around a few words of material."""

MAX_NESTING: Final = 40
MAX_OPTIONAL: Final = 4
"""Up to this many optional fields, every combination of missing ones is tried; with more, each alone and all."""

_ALWAYS: Final = ("criteria", "material", "rubric")
_LOOP: Final = ("first", "index", "index0", "last", "length", "revindex")
_ATTRIBUTES: Final = frozenset(
    {field.name for view in (RubricView, CriterionView, ValueView, Block) for field in fields(view)} - {"fenced"}
).union(_LOOP)
_ALLOWED: Final = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.Getattr, nodes.Getitem, nodes.For,
    nodes.If, nodes.CondExpr, nodes.And, nodes.Or, nodes.Not, nodes.Concat, nodes.Filter, nodes.Test,
)  # fmt: skip
"""Without comparing and counting, a loop can treat only its first and its last turn differently, so a trial with three
documents shows what happens to any number of them."""
_REFUSED: Final = {
    nodes.Call: "calls something; a template only shows, tests and loops",
    nodes.Compare: "compares; a template only shows, asks whether something is there, and loops",
    nodes.BinExpr: "calculates; a template only shows, tests and loops",
    nodes.Slice: "cuts something out; material is shown whole",
    nodes.Assign: "sets a variable; a template only shows, tests and loops",
    nodes.Include: "includes a file; a rubric is one whole file",
    nodes.ImportedName: "imports something; a rubric is one whole file",
    nodes.Import: "imports a file; a rubric is one whole file",
    nodes.FromImport: "imports from a file; a rubric is one whole file",
    nodes.Extends: "extends a file; a rubric is one whole file",
}


class PromptError(Exception):
    """What is wrong with a rubric's template.

    Args:
        message: What was found and what is allowed.
        line: The line of the template, from 1, where it is known.
        hint: What to write instead.
    """

    def __init__(self, message: str, line: int | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.hint = hint


def check_prompt(rubric: Rubric) -> None:
    """Refuse a rubric's template that cannot be trusted or does not show what the rubric reads.

    A template may show variables, test them with ``if``, and loop with ``for`` over the criteria, their values and the
    material: that always ends. It is then tried with every field there and with optional fields missing.

    Raises:
        PromptError: What is wrong, and on which line of the template.
    """
    if rubric.prompt is None:
        return
    source = rubric.prompt
    if len(source) > MAX_TEMPLATE:
        raise PromptError(f"the template has {len(source):,} characters; at most {MAX_TEMPLATE:,} are allowed")
    tree = _parse(source)
    _check_nodes(tree)
    _check_names(tree, rubric)
    _check_loops(tree, rubric)
    for missing in _absences(rubric):
        _try(rubric, missing)


def _parse(source: str) -> nodes.Template:
    try:
        return environment().parse(source)
    except TemplateSyntaxError as error:
        raise PromptError(f"not a template: {error.message}", error.lineno) from error
    except RecursionError as error:
        raise PromptError("the template is nested too deeply") from error


def _walk(node: nodes.Node, depth: int = 0) -> Iterator[nodes.Node]:
    if depth > MAX_NESTING:
        raise PromptError(f"the template is nested deeper than {MAX_NESTING} levels", node.lineno)
    yield node
    for child in node.iter_child_nodes():
        yield from _walk(child, depth + 1)


def _check_nodes(tree: nodes.Template) -> None:
    for node in _walk(tree):
        if not isinstance(node, _ALLOWED):
            known = (words for kind, words in _REFUSED.items() if isinstance(node, kind))
            kind = type(node).__name__
            raise PromptError(
                f"the template {next(known, f'uses {kind}, which templates here do not have')}", node.lineno
            )
        if isinstance(node, nodes.Filter):
            _among("filter", node.name, FILTERS, node.lineno)
            if node.kwargs or node.dyn_args or node.dyn_kwargs:
                raise PromptError(f"the filter {node.name!r} takes no named arguments here", node.lineno)
        if isinstance(node, nodes.Test):
            _among("test", node.name, TESTS, node.lineno)
        if isinstance(node, nodes.Getitem) and not isinstance(node.arg, nodes.Const | nodes.Slice):
            raise PromptError("the key between [ and ] must be written out", node.lineno)


def _check_names(tree: nodes.Template, rubric: Rubric) -> None:
    allowed = (*_ALWAYS, *dict.fromkeys(name.partition(".")[0] for name in rubric.reads))
    unknown = _undeclared(tree) - set(allowed)
    for name in tree.find_all(nodes.Name):
        if name.name in unknown and name.ctx == "load":
            _among("variable", name.name, allowed, name.lineno)
    for node in _walk(tree):
        if isinstance(node, nodes.For):
            taken = [n.name for n in _names(node.target) if n.name in allowed]
            if taken:
                raise PromptError(f"the loop gives its item the name {taken[0]!r}, which is taken", node.lineno)
        if isinstance(node, nodes.Getattr | nodes.Getitem):
            _check_path(node, rubric)


def _undeclared(tree: nodes.Template) -> set[str]:
    try:
        return meta.find_undeclared_variables(tree)
    except TemplateSyntaxError as error:
        raise PromptError(f"not a template: {error.message}", error.lineno) from error


def _names(target: nodes.Node) -> Iterable[nodes.Name]:
    return [target] if isinstance(target, nodes.Name) else target.find_all(nodes.Name)


def _check_path(node: nodes.Getattr | nodes.Getitem, rubric: Rubric) -> None:
    root, keys = _path(node)
    if root == "metadata":
        path = ".".join(("metadata", *keys))
        held = [name for name in rubric.reads if name.startswith("metadata.")]
        if not any(name == path or name.startswith(f"{path}.") for name in held):
            _among("variable", path, held, node.lineno)
    elif isinstance(node, nodes.Getattr):
        _among("attribute", node.attr, sorted(_ATTRIBUTES), node.lineno)
    else:
        hint = "show it whole, as in {{ documents }}, or loop over it"
        raise PromptError("[ and ] reach into metadata only", node.lineno, hint)


def _path(node: nodes.Node) -> tuple[str, tuple[str, ...]]:
    keys: list[str] = []
    while isinstance(node, nodes.Getattr | nodes.Getitem):
        keys.append(node.attr if isinstance(node, nodes.Getattr) else str(node.arg.as_const()))
        node = node.node
    return (node.name if isinstance(node, nodes.Name) else ""), tuple(reversed(keys))


def _check_loops(tree: nodes.Node, rubric: Rubric, inside: int = 0) -> None:
    """Loops end because they run over short lists of the rubric, and over material only on the outside."""
    for node in tree.iter_child_nodes():
        if isinstance(node, nodes.For):
            over_material = isinstance(node.iter, nodes.Name) and node.iter.name in (*rubric.reads, "material")
            over_values = isinstance(node.iter, nodes.Getattr) and node.iter.attr == "values"
            over_criteria = isinstance(node.iter, nodes.Name) and node.iter.name == "criteria"
            if not (over_material or over_values or over_criteria):
                hint = "loop over `criteria`, over the `.values` of one, over `material` or a field such as `documents`"
                raise PromptError("the template loops over something that need not end", node.lineno, hint)
            if inside and over_material:
                raise PromptError("a loop over material stands inside another loop", node.lineno)
            if inside > 1 or node.recursive:
                raise PromptError("loops are nested too deeply; two levels are allowed", node.lineno)
        _check_loops(node, rubric, inside + isinstance(node, nodes.For))


def _among(what: str, name: str, allowed: Iterable[str], line: int) -> None:
    names = tuple(allowed)
    if name in names:
        return
    near = difflib.get_close_matches(name, names, n=1)
    hint = f"did you mean {near[0]!r}?" if near else None
    raise PromptError(f"there is no {what} {name!r}; allowed: {', '.join(names)}", line, hint)


def _absences(rubric: Rubric) -> list[frozenset[str]]:
    """Which optional fields are missing in each trial; never every field at once."""
    optional = rubric.optional
    if len(optional) <= MAX_OPTIONAL:
        chosen = product((False, True), repeat=len(optional))
        absences = [frozenset(n for n, gone in zip(optional, which, strict=True) if gone) for which in chosen]
    else:
        absences = [frozenset[str](), *(frozenset({name}) for name in optional), frozenset(optional)]
    return [missing for missing in absences if len(missing) < len(rubric.reads)]


def _try(rubric: Rubric, missing: frozenset[str]) -> None:
    trial = {name: _trial_blocks(name) if name not in missing else Blocks() for name in rubric.reads}
    names = template_names(trial)
    names |= {"rubric": view_rubric(rubric), "criteria": tuple(view_criterion(c) for c in rubric.criteria)}
    without = f" where the record has no {' and no '.join(sorted(missing))}" if missing else ""
    try:
        written = write(compiled(rubric.prompt or ""), names, MAX_TRIAL)
    except TooLargeError as error:
        raise PromptError(f"the template writes {error} around a few words of material") from error
    except (TemplateError, TypeError, ValueError, LookupError, AttributeError, SyntaxError, RecursionError) as error:
        raise PromptError(f"the template fails{without}: {error}") from error
    for name, blocks in trial.items():
        if any(block.fenced not in written for block in blocks):
            message = f"the template does not show all of {name!r}{without}, which the rubric reads"
            raise PromptError(message, hint=f"write {{{{ {name} }}}}, without a filter")


def _trial_blocks(name: str) -> Blocks:
    count = 3 if name == "documents" else 1
    return Blocks(Block(name, f"<<<{name} trial {place}>>>\ntext\n<<<end {name}>>>") for place in range(count))
