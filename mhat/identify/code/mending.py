"""The lines of somebody's code to change, found by what they compute, and proved by a run of the changed code."""

import ast
import time
from collections.abc import Iterator
from dataclasses import dataclass

from mhat.identify.code.editing import changed_text, exchange_of, gone, indent, span
from mhat.identify.code.looping import last_word
from mhat.identify.code.quantities import Stage, stages, worth
from mhat.identify.code.seeing import Place, targets_of
from mhat.identify.code.slicing import used_by
from mhat.identify.code.stepping import Raised, Walk, stepped
from mhat.identify.code.wording import Values, Wording
from mhat.identify.walking import furthest

PATIENCE = 20.0  # seconds
TRIES = 600
ALIKE = {"float64": 1e-9, "float32": 1e-4}


@dataclass
class Block:
    """A statement with those beside it and what it stands in."""

    node: ast.stmt
    lines: list[ast.stmt]
    around: list[ast.stmt]

    def after(self) -> list[ast.stmt]:
        """The statements behind it."""
        return self.lines[self.lines.index(self.node) + 1:]


class Search:
    """The search for a change: when it ends, and what it compares."""

    def __init__(self, name: str, place: int, dtype: str):
        self.name, self.place, self.dtype = name, place, dtype
        self.tries, self.until = 0, time.monotonic() + PATIENCE

    def first_right(self, texts: Iterator[str], path: list) -> tuple[str, Walk] | None:
        """The first of these codes that gives a path."""
        tried = set()
        for text in texts:
            if self.tries >= TRIES or time.monotonic() > self.until:
                return None
            if text in tried:
                continue
            tried.add(text)
            self.tries += 1
            try:
                walk = stepped(text, self.name, self.place, notes=False)
            except (Raised, LookupError, SyntaxError, ValueError, RecursionError):
                continue
            if furthest(path, walk.path.tolist(), True) < ALIKE.get(self.dtype, 1e-2):
                return text, walk
        return None


def without_mistake(text: str, search: Search, exchanges: list[Stage], guided: bool) -> str:
    """A code without a mistake, or "": each change was run, and gives the path of the program without it.

    exchanges  of the lines of the mistake, from `stages`
    guided     whether only the lines are changed that compute what ours do; else any may go, or go elsewhere
    """
    for stage in exchanges:
        walk = stepped(text, search.name, search.place)
        found = search.first_right(changes_of(text, walk, stage, search.dtype, guided), stage.path)
        if found is None:
            return ""
        text = found[0]
    return text


def without_both(text: str, search: Search, names: list[str], settings: dict) -> list[tuple[str, str]]:
    """A code without a mistake, then without the other too, each with the mistake's name; fewer where a line is not
    found."""
    best = []
    for order in (names, names[::-1]):
        now, found = text, []
        for name, exchanges in zip(order[::-1], stages(order, settings), strict=False):
            now = without_mistake(now, search, exchanges, True) or without_mistake(now, search, exchanges, False)
            if not now:
                break
            found.append((name, now))
        best = max(best, found, key=len)
        if len(best) == len(names):
            break
    return best


def changes_of(text: str, walk: Walk, stage: Stage, dtype: str, guided: bool) -> Iterator[str]:
    """The codes that may be without a mistake, the likeliest first."""
    tree = ast.parse(text)
    blocks = {block.node.lineno: block for block in blocks_of(tree.body, [])}
    site = Site(text, blocks, Values(walk.seen, dtype), stage)
    if len(stage.wrong) > len(stage.right):
        for block in matched(site, {name for line in map(assigned, stage.wrong) for name in our_targets(line)}):
            yield from without(site, block)
    yield from exchanged_parts(site)
    yield from kept_apart(site)
    yield from exchanged_lines(site)
    for change in () if guided else (without, moved):
        for block in met(site):
            yield from change(site, block)


@dataclass
class Site:
    """A code with its statements by line, the values of its places, and what is to be exchanged."""

    text: str
    blocks: dict[int, Block]
    values: Values
    stage: Stage

    def wording(self, place: Place, ours: list[str] = ()) -> Wording:
        """Our lines in the words of the code at a place; `ours` are names of what its statement gives a value to."""
        made, block = Wording(self.values, self.stage.before, place.statement, place.scope), self.block(place)
        if block is not None and len(targets_of(block.node)) == 1:
            own = ast.unparse(targets_of(block.node)[0])
            made.own = {name: own for name in ours if last_word(own) == name}
        return made

    def block(self, place: Place) -> Block | None:
        """The statement of a place."""
        return self.blocks.get(place.statement.lineno) if place.statement is not None else None


def blocks_of(lines: list[ast.stmt], around: list[ast.stmt]) -> Iterator[Block]:
    """All statements, the outer ones first."""
    for node in lines:
        yield Block(node, lines, around)
        for inner in (getattr(node, word, []) for word in ("body", "orelse", "finalbody")):
            yield from blocks_of(inner, [*around, node])


def assigned(line: str) -> ast.stmt:
    """A statement of ours."""
    return ast.parse(line).body[0]


def our_targets(line: ast.stmt) -> list[str]:
    """The names that a statement of ours gives values to."""
    return [ast.unparse(each) for each in targets_of(line)]


# Another expression


def chain(wrong: ast.expr, right: ast.expr) -> list[tuple[ast.expr, ast.expr]]:
    """From the whole of two expressions to the smallest part in which they differ."""
    pairs = [(wrong, right)]
    while type(wrong) is type(right):
        inner = [(a, b) for (_, a), (_, b) in zip(ast.iter_fields(wrong), ast.iter_fields(right), strict=True)
                 if shown(a) != shown(b)]
        if len(inner) != 1 or not all(isinstance(each, ast.expr) for each in inner[0]):
            break
        wrong, right = inner[0]
        pairs.append((wrong, right))
    return pairs


def shown(part: object) -> str:
    """A part of a tree as text."""
    if isinstance(part, list):
        return " ".join(map(shown, part))
    return ast.dump(part) if isinstance(part, ast.AST) else repr(part)


def pairs_of_lines(stage: Stage) -> list[tuple[ast.stmt, ast.expr]]:
    """(wrong statement, right expression) for each name that is given another value; for one too many, itself."""
    right, found = {}, []
    for line in map(assigned, stage.right):
        right |= dict.fromkeys(our_targets(line), getattr(line, "value", None))
    for line in map(assigned, stage.wrong):
        for name in our_targets(line):
            if isinstance(getattr(line, "targets", [None])[0], ast.Name):
                found.append((line, right.get(name, ast.Name(name, ast.Load()))))
    return found


def exchanged_parts(site: Site) -> Iterator[str]:
    """The right expression in the place of one that is worth the wrong one; the smallest first."""
    for line, right in pairs_of_lines(site.stage):
        own = set()
        for name in our_targets(line):
            own |= {place.statement.lineno for place in site.values.equal(site.stage.stored.get(name), True)
                    if place.statement is not None}
        for part, other in reversed(chain(line.value, right)):
            places = list(site.values.equal(worth(part, site.stage.before), False))
            for place in sorted(places, key=lambda each: each.statement.lineno not in own):
                for words in site.wording(place, our_targets(line)).words(other):
                    for change in exchange_of(site.text, place.node, words):
                        yield changed_text(site.text, [change])
        yield from rewritten(site, own, right)


def rewritten(site: Site, own: set[int], right: ast.expr) -> Iterator[str]:
    """`v *= 0.9` and the like: another sign, or the whole of the right expression."""
    for place, _ in site.values.rows:
        block = site.block(place)
        if block is None or block.node.lineno not in own or not place.given:
            continue
        target = ast.unparse(targets_of(block.node)[0])
        if isinstance(block.node, ast.AugAssign):
            value = ast.get_source_segment(site.text, block.node.value)
            for sign in ("-", "+"):
                yield changed_text(site.text, [(*span(site.text, block.node), f"{target} {sign}= {value}")])
        for words in site.wording(place).words(right):
            yield changed_text(site.text, [(*span(site.text, block.node), f"{target} = {words}")])


# A value kept apart from what it is made of


def kept_apart(site: Site) -> Iterator[str]:
    """What is stored over its own source gets a name of its own, which the lines behind it use."""
    suffix = "_hat" if any("_hat =" in line for line in site.stage.right) else "_root"
    names = {name for line in map(assigned, site.stage.wrong) for name in our_targets(line)}
    for block in matched(site, names):
        yield from one_target_less(site, block)
        for words in [*values_stored(site, block), *right_values(site, block)]:
            for whole in (block, *site_around(site, block)):
                yield from under_new_name(site, block, whole, words, suffix)


def matched(site: Site, names: set[str]) -> list[Block]:
    """The statements that store what ours store under these names."""
    found = {}
    for name in sorted(names):
        for place in site.values.equal(site.stage.stored.get(name), True):
            block = site.block(place)
            if block is not None and isinstance(block.node, (ast.Assign, ast.AugAssign)):
                found[block.node.lineno] = block
    return list(found.values())


def site_around(site: Site, block: Block) -> list[Block]:
    """The `if` that guards a statement alone."""
    around = block.around[-1] if block.around else None
    alone = isinstance(around, ast.If) and around.body == [block.node] and not around.orelse
    return [site.blocks[around.lineno]] if alone else []


def values_stored(site: Site, block: Block) -> list[str]:
    """What a statement stores, as an expression; first as ours has it."""
    node = block.node
    text = ast.get_source_segment(site.text, node.value)
    if isinstance(node, ast.AugAssign):
        text = ast.unparse(ast.BinOp(targets_of(node)[0], node.op, node.value))
    if isinstance(node.value, ast.IfExp):
        return [text, ast.get_source_segment(site.text, node.value.body)]
    return [text]


def right_values(site: Site, block: Block) -> list[str]:
    """What ours should store, in the words of the code at a statement."""
    place = next(place for place, _ in site.values.rows if place.statement is not None
                 and place.statement.lineno == block.node.lineno)
    right = [line.value for line in map(assigned, site.stage.right) if isinstance(line, ast.Assign)]
    return [words for value in right for words in site.wording(place).words(value)]


def one_target_less(site: Site, block: Block) -> Iterator[str]:
    """`m_hat = m = …` without one of them."""
    targets = getattr(block.node, "targets", [])
    for words in values_stored(site, block):
        for left in targets if len(targets) > 1 else []:
            rest = [ast.unparse(each) for each in targets if each is not left]
            yield changed_text(site.text, [(*span(site.text, block.node), " = ".join([*rest, words]))])


def under_new_name(site: Site, block: Block, whole: Block, words: str, suffix: str) -> Iterator[str]:
    """A statement that stores into a new name, with the lines behind it: all but what is given back, or all."""
    target = targets_of(block.node)[0]
    own, base = ast.unparse(target), last_word(ast.unparse(target)).split("[")[0]
    new = base + suffix
    while new in site.text:
        new += "_"
    for kept in (True, False):
        changes = [(*span(site.text, whole.node), f"{new} = {words}")]
        for line in whole.after():
            stores = own in our_targets(line)
            copies = isinstance(line, ast.Assign) and ast.unparse(line.value) == own
            if not (kept and (isinstance(line, ast.Return) or copies)):
                changes += loads(site.text, line, own, new)
            if stores:
                break
        yield changed_text(site.text, changes)


def loads(text: str, line: ast.stmt, own: str, new: str) -> list[tuple[int, int, str]]:
    """The places in a line that read an expression, with another name."""
    found = [each for each in ast.walk(line) if isinstance(each, ast.expr) and ast.unparse(each) == own
             and isinstance(getattr(each, "ctx", None), ast.Load)]
    return [(*span(text, each), new) for each in found]


# Other lines, fewer lines, another order


def exchanged_lines(site: Site) -> Iterator[str]:
    """The right lines in the place of the wrong ones."""
    groups = [matched(site, set(our_targets(line))) for line in map(assigned, site.stage.wrong)]
    if not groups or not all(groups):
        return
    for first in groups[0]:
        others = [next((block for block in group if block.lines is first.lines), None) for group in groups[1:]]
        if None in others or isinstance(assigned(site.stage.right[0]), ast.Return):
            continue
        place = next(place for place, _ in site.values.rows if place.statement is not None
                     and place.statement.lineno == first.node.lineno)
        for lines in lines_in_words(site, place):
            glue = "\n" + indent(site.text, first.node)
            rest = [gone(site.text, block.node) for block in others if block is not first]
            yield changed_text(site.text, [(*span(site.text, first.node), glue.join(lines)), *rest])


def lines_in_words(site: Site, place: Place) -> Iterator[list[str]]:
    """All right lines in the words of the code, or as they are where it has all their names."""
    wording, lines, taken = site.wording(place), [], set()
    known = {each.text for each, _ in site.values.rows}
    if {name for line in map(assigned, site.stage.right) for name in used_by(line)} - {"np"} <= known:
        yield [line for each in site.stage.right for line in each.split("\n")]
    for line in map(assigned, site.stage.right):
        if not isinstance(line, ast.Assign) or not isinstance(line.targets[0], ast.Name):
            return
        name = line.targets[0].id
        held = [each.text for each in site.values.equal(site.stage.stored.get(name), True) if each.text not in taken]
        held = held or wording.held(ast.Name(name, ast.Load()))
        value = wording.words(line.value)
        if not value:
            return
        target = name if name in held or not held else held[0]
        taken.add(target)
        lines.append(f"{target} = {value[0]}")
        wording.names = {**wording.names, name: worth(line.value, wording.names)}
    yield lines


def met(site: Site) -> list[Block]:
    """The statements that run at a step, in their order."""
    lines = {place.statement.lineno for place, rows in site.values.rows if rows and place.statement is not None}
    return [site.blocks[line] for line in sorted(lines) if line in site.blocks]


def without(site: Site, block: Block) -> Iterator[str]:
    """A code without a statement, without the condition of one, or with one side of it."""
    node = block.node
    if isinstance(node, (ast.Assign, ast.AugAssign, ast.If)) and len(block.lines) > 1:
        yield changed_text(site.text, [gone(site.text, node)])
    following = block.after()[:1]
    if isinstance(node, ast.Assign) and len(block.lines) > 2 and following and isinstance(following[0], ast.Assign):
        yield changed_text(site.text, [gone(site.text, node), gone(site.text, following[0])])
    for each in ast.walk(node) if isinstance(node, (ast.Assign, ast.AugAssign)) else []:
        if isinstance(each, ast.IfExp):
            for side in (each.body, each.orelse):
                for change in exchange_of(site.text, each, ast.get_source_segment(site.text, side)):
                    yield changed_text(site.text, [change])


def moved(site: Site, block: Block) -> Iterator[str]:
    """A statement out of a loop that holds it, or behind the next."""
    node, own = block.node, site.text[slice(*span(site.text, block.node))]
    if not isinstance(node, (ast.Assign, ast.AugAssign)):
        return
    for around in [each for each in block.around if isinstance(each, (ast.For, ast.While))][::-1]:
        head = span(site.text, around)[0]
        left = gone(site.text, node) if len(block.lines) > 1 else (*span(site.text, node), "pass")
        yield changed_text(site.text, [(head, head, own + "\n" + indent(site.text, around)), left])
    for other in block.after()[:1]:
        text = site.text[slice(*span(site.text, other))]
        yield changed_text(site.text, [(*span(site.text, node), text), (*span(site.text, other), own)])
