"""The guides for a workshop as pages of A4, to print or to save as PDF from a browser: make print

One HTML file a guide and language, in `build/printed/`. The pictures stay where they are, in docs/.
"""

from pathlib import Path

from markdown_it import MarkdownIt

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "build" / "printed"
GUIDES = ("install", "commissioning", "wiring", "deploy", "radio", "boot")
STYLE = """
@page { size: A4; margin: 15mm }
body { font: 10pt/1.45 "DejaVu Sans", "Noto Sans Thai", Arial, sans-serif; color: #000 }
h1 { font-size: 18pt } h2 { font-size: 14pt } h3 { font-size: 11pt }
h1, h2, h3 { break-after: avoid }
table { border-collapse: collapse; width: 100%; margin: 2mm 0 }
th, td { border: 0.3mm solid #000; padding: 1mm 2mm; text-align: left; vertical-align: top }
tr, img, pre, blockquote { break-inside: avoid }
thead { display: table-header-group }
img { display: block; max-width: 100%; max-height: 240mm; margin: 2mm auto }
pre { border: 0.2mm solid #000; padding: 2mm; white-space: pre-wrap; font-size: 8pt }
code { font-family: "DejaVu Sans Mono", "Noto Sans Thai", monospace; overflow-wrap: break-word }
blockquote { border: 0.3mm dashed #000; margin: 2mm 0; padding: 0 3mm }
a { color: #000; text-decoration: none }
.pages h2 { break-before: page }
.pages h2:first-of-type { break-before: auto }
"""


def page(name: str, language: str, markdown: str) -> str:
    """-> str, HTML. Each page of the commissioning, and its sheets, begin on a sheet of paper."""
    body = MarkdownIt("commonmark").enable("table").render(markdown)
    pages = ' class="pages"' if name == "commissioning" else ""
    return (
        f'<!doctype html>\n<html lang="{language}">\n<meta charset="utf-8">\n'
        f'<base href="../../docs/">\n<title>Busguard: {name}</title>\n<style>{STYLE}</style>\n'
        f"<body{pages}>\n{body}</body>\n</html>\n"
    )


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    for name in GUIDES:
        for language, ending in (("en", ".md"), ("th", ".th.md")):
            markdown = (ROOT / "docs" / f"{name}{ending}").read_text(encoding="utf-8")
            path = OUT / f"{name}-{language}.html"
            path.write_text(page(name, language, markdown), encoding="utf-8")
            print(f"{path.relative_to(ROOT)} is made. Open it in a browser and print it.")


if __name__ == "__main__":
    main()
