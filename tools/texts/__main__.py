"""Writes what comes from the declarations: python -m tools.texts [--check]

--check writes nothing; its exit status is 1 if a file is not current.
"""

import sys

from tools.texts.kinds import ROOT, kinds, missing
from tools.texts.made import made


def main() -> int:
    try:
        files = made()
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    old = [path for path, text in files.items() if not _has(path, text)]
    if sys.argv[1:] == ["--check"]:
        if old:
            print(f"Not current: {', '.join(old)}. Run: make texts")
        return int(bool(old))
    for path in old:
        (ROOT / path).write_text(files[path], encoding="utf-8")
        print(path)
    for sentence in missing(kinds()):
        print(sentence)
    return 0


def _has(path: str, text: str) -> bool:
    file = ROOT / path
    return file.is_file() and file.read_text(encoding="utf-8") == text


if __name__ == "__main__":
    sys.exit(main())
