"""What the documents name exists: files, links, make targets, commands, functions.

A document is held to the tree as it stands, so whoever moves a file sees here which document
has to follow. CHANGELOG.md tells of the past and is held to its links only.
"""

import ast
import importlib.util
import re
import shlex
import unicodedata
from functools import cache
from pathlib import Path

import pytest

import sim.__main__
import station.__main__

ROOT = Path(__file__).resolve().parent.parent
GUIDES = sorted(
    [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")]
    # extending.md writes the files that it names: tests/test_extending.py does what it says
    + [path for path in (ROOT / "docs").glob("*.md") if path.name != "extending.md"]
)
FOLDERS = "firmware|drivers|sim|station|tests|tools|docs|deploy"
PATH = re.compile(rf"(?<![\w/.<:-])(?:{FOLDERS})/[\w./-]*|\bbus\.example\.json\b")
LINK = re.compile(r"\]\(([^)\s]+)\)")
MAKE = re.compile(r"(?<![\w-])make ([a-z]+)((?: [A-Z]+=\S*)*)")
COMMAND = re.compile(r"python -m ((?:sim|station|tools)\b[\w.]*)([^`\n#|]*)")
PARSERS = {"sim": sim.__main__.parser, "station": station.__main__.parser}
TOUR = ROOT / "docs" / "code-tour.md"
NAMED = re.compile(r"\]\((\.\./[^)]+\.(?:py|js))\) `([\w.]+)`")


def name_of(path):
    return path.relative_to(ROOT).as_posix()


def guides(*more):
    return pytest.mark.parametrize("guide", [*GUIDES, *more], ids=name_of)


def without_links(text):
    """The words that are shown, without the addresses behind them."""
    return re.sub(r"https?://\S+", "", LINK.sub("]", text))


@cache
def anchors(guide):
    """Anchors of the headings, as GitHub makes them."""
    found = set()
    in_code = False
    for line in guide.read_text(encoding="utf-8").splitlines():
        in_code ^= line.startswith("```")
        if line.startswith("#") and not in_code:
            words = line.lstrip("#").strip().lower()
            kept = [c for c in words if c in "- _" or unicodedata.category(c)[0] in "LMN"]
            found.add("".join(kept).replace(" ", "-"))  # \w would drop the vowels of Thai
    return found


def broken_links(guide, text):
    for target in LINK.findall(text):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        path = (guide.parent / file).resolve() if file else guide
        if not path.exists() or (anchor and anchor not in anchors(path)):
            yield target


def missing_files(text):
    for found in PATH.findall(without_links(text)):
        path = found.rstrip(".")
        source = re.sub(r"\.mpy$", ".py", path)  # what a release holds is compiled
        if not (ROOT / source).exists():
            yield path


def code_in(text):
    """Fenced blocks and what stands between backticks."""
    fences = text.split("```")
    return "\n".join([*fences[1::2], *re.findall(r"`([^`\n]+)`", "".join(fences[::2]))])


def unknown_targets(text):
    """The help of a target, behind ##, lists its variables: (BUSES= SPEED= ...)."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target, variables in MAKE.findall(code_in(text)):
        line = re.search(rf"^{target}:.*##(.*)", makefile, re.MULTILINE)
        if line is None:
            yield f"make {target}"
            continue
        for variable in re.findall(r"([A-Z]+)=", variables):
            if f"{variable}=" not in line[1]:
                yield f"make {target} {variable}="


def unknown_commands(text):
    for module, words in COMMAND.findall(text):
        module = module.rstrip(".")
        given = shlex.split(words.replace("…", " ").strip().rstrip(".,;:)("))
        if importlib.util.find_spec(module) is None:
            yield f"python -m {module}"
        elif module in PARSERS and given and not parses(PARSERS[module](), given):
            yield f"python -m {module} {' '.join(given)}"


def parses(parser, words):
    try:
        parser.parse_args(words)
    except SystemExit as end:
        return end.code == 0  # --help
    return True


@cache
def names_in(path):
    """Names that a source defines: classes, functions, `Class.method`, variables."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".js":
        return set(re.findall(r"\b(?:class|const|function) (\w+)", text))
    found = set()
    for node in ast.parse(text).body:
        if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            for inner in ast.walk(node):
                if isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef)):
                    found |= {inner.name, f"{node.name}.{inner.name}"}
        if isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {target.id for target in targets if isinstance(target, ast.Name)}
    return found


def lost_names(text):
    for target, name in NAMED.findall(text):
        path = (TOUR.parent / target).resolve()
        if not path.exists() or name not in names_in(path):
            yield f"{name} in {target}"


def sentences_of(folder):
    """Patterns of the texts in the sources of a folder; what is filled in may be anything."""
    for path in (ROOT / folder).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and str(node.value).endswith("."):
                yield ".+".join(re.escape(part) for part in re.split("%[sd]", node.value))


@guides(ROOT / "CHANGELOG.md")
def test_every_link_leads_somewhere(guide):
    assert not [*broken_links(guide, guide.read_text(encoding="utf-8"))]


@guides()
def test_every_file_exists(guide):
    assert not [*missing_files(guide.read_text(encoding="utf-8"))]


@guides()
def test_every_make_target_exists(guide):
    assert not [*unknown_targets(guide.read_text(encoding="utf-8"))]


@guides()
def test_every_command_parses(guide):
    assert not [*unknown_commands(guide.read_text(encoding="utf-8"))]


def test_the_tree_of_the_readme_is_the_tree():
    tree = (ROOT / "README.md").read_text(encoding="utf-8").split("## Where things are")[1]
    lines = tree.split("```")[1].strip().splitlines()
    shown = {name.rstrip("/") for line in lines for name in line.split("  ")[0].split()}
    assert {"firmware", "drivers", "sim", "station", "tools", "tests", "docs"} <= shown
    assert not [name for name in sorted(shown) if not (ROOT / name).exists()]


def test_the_index_lists_every_guide():
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    linked = {target.partition("#")[0] for target in LINK.findall(index)}
    guides = {path.name for path in (ROOT / "docs").glob("*.md")} - {"README.md"}
    assert guides <= linked, sorted(guides - linked)


def test_the_tour_names_what_is_there():
    text = TOUR.read_text(encoding="utf-8")
    assert len(NAMED.findall(text)) >= text.count("](../") // 2  # the links are really read
    assert not [*lost_names(text)]


def test_the_sentences_of_a_modem_are_those_that_it_reports():
    table = (ROOT / "docs" / "radio.md").read_text(encoding="utf-8").split("| sentence |")[1]
    told = re.findall(r"^\| ([A-Z].*?) \|", table, re.MULTILINE)
    known = [*sentences_of("drivers/radio")]
    assert len(told) > 10
    for sentence in told:
        words = sentence.replace("...", "it").rstrip(".") + "."
        assert any(re.fullmatch(pattern, words) for pattern in known), sentence


def test_what_is_wrong_is_noticed():
    guide = ROOT / "README.md"
    wrong = "[a](nothing.md) [b](docs/mqtt.md#nothing) `firmware/nothing.py` `make nothing` "
    wrong += "`make sim BUS=3` `python -m sim nothing` `python -m sim.nothing`"
    assert [*broken_links(guide, wrong)] == ["nothing.md", "docs/mqtt.md#nothing"]
    assert [*missing_files(wrong)] == ["firmware/nothing.py"]
    assert [*unknown_targets(wrong)] == ["make nothing", "make sim BUS="]
    assert [*unknown_commands(wrong)] == ["python -m sim nothing", "python -m sim.nothing"]
    wrong = "[bus](../firmware/bus.py) `Bus.nothing` [gone](../gone.py) `f`"
    assert [*lost_names(wrong)] == ["Bus.nothing in ../firmware/bus.py", "f in ../gone.py"]
