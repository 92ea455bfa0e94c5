"""A sheet of paper with one circuit: black lines, text that can be searched, pins from the tables.

schemdraw draws; this class only shortens what every circuit does. Coordinates are schemdraw's
units (1 unit = 0.5 inch), x to the right and y upwards; the title stands at y = 0.
"""

import re

import schemdraw
import schemdraw.elements as elm
from schemdraw.backends import svg

from drivers.board.tables import NAMES, table
from tools.wiring_parts import PARTS

svg.config.text = "text"
svg.config.useBatik = True  # no dominant-baseline: every browser sets the words at one height
elm.style(elm.STYLE_IEC)
BOARDS = {name: table(name) for name in NAMES}
LONG = re.compile(r"-?\d+\.\d{3,}(?:e-\d+)?")
FONT = "DejaVu Sans, Noto Sans Thai, Arial, sans-serif"
SIZE = 11
FIRST, COLUMN, ROW = 5.2, 2.6, 0.9  # the table of pins


def port(number):
    """-> str, an input of the MCP23017 as its pin is called."""
    return f"GPA{number}" if number < 7 else f"GPB{number - 7}"


def place(board, part):
    """-> str, where this part is connected on this board; "-": nowhere."""
    if part in board["pins"]:
        return f"GPIO{board['pins'][part]}"
    if part in board["switch_expander"]:
        return f"0x{board['switch_expander']['address']:02X} {port(board['switch_expander'][part])}"
    for pins in board["ways"].values():
        if part in pins:
            return f"GPIO{pins[part]}"
    if part in board["on_board"]:
        return f"GPIO{board['on_board'][part]}"
    return "-"


def names(part):
    """-> list, the part's names in English and Thai, or the one that is the same in both."""
    english, thai = PARTS[part][:2]
    return [english] if english.replace(",", "") == thai else [english, thai]


class Sheet:
    def __init__(self, english, thai):
        self.d = schemdraw.Drawing(canvas="svg", show=False)
        self.d.config(font=FONT, fontsize=SIZE, lw=1.4, margin=0.7)
        self.say((0, 0), english, size=15)
        self.say((0, -0.55), thai, size=13)

    def say(self, at, words, align="left", size=SIZE):
        """Lines of text; at: the left, middle or right of their middle."""
        lines = words if isinstance(words, (list, tuple)) else [words]
        for number, line in enumerate(lines):
            label = elm.Label().at((at[0], at[1] - 0.42 * number)).theta(0)
            self.d.add(
                label.label(line, loc="center", halign=align, valign="center", fontsize=size)
            )

    def wire(self, *points):
        for one, other in zip(points, points[1:], strict=False):
            self.d.add(elm.Line().at(one).to(other))

    def dot(self, *points):
        for point in points:
            self.d.add(elm.Dot().at(point))

    def open(self, at, words="", side="left", size=SIZE):
        """A terminal, and its name to the left or right of it, or above it."""
        self.d.add(elm.Dot(open=True).at(at))
        x, y = at
        if side == "top":
            self.say((x, y + 0.4 + 0.42 * (len(words) - 1)), words, "center", size)
        elif words:
            away, align = (-0.25, "right") if side == "left" else (0.25, "left")
            self.say((x + away, y), words, align, size)

    def pin(self, part, at, side="left", more=()):
        """A terminal of the board: its pin on each board stands in the table of pins."""
        self.open(at, [*names(part), *more], side)

    def part(self, kind, one, other, name="", value="", side=None, off=0.35):
        """A part with two wires between two points, and its name and value beside it."""
        self.d.add(kind.at(one).to(other))
        x, y = (one[0] + other[0]) / 2, (one[1] + other[1]) / 2
        words = [text for text in (name, *([value] if isinstance(value, str) else value)) if text]
        if one[0] == other[0]:
            right = side != "left"
            at = (x + (off if right else -off - 0.1), y + 0.21 * (len(words) - 1))
            self.say(at, words, "left" if right else "right")
        else:
            above = side != "below"
            high = y + off + 0.42 * (len(words) - 1) + 0.05 if above else y - off - 0.2
            self.say((x, high), words, "center")

    def npn(self, base, name):
        """-> the transistor; its collector is above, its emitter below, 0.75 to the right."""
        made = self.d.add(elm.BjtNpn(circle=True).at(base).anchor("base").theta(0))
        self.say((base[0] + 1.4, base[1]), name)
        return made

    def resistor(self, one, other, name, value, side=None):
        self.part(elm.ResistorIEC(), one, other, name, value, side)

    def capacitor(self, one, other, name, value="100 nF", side=None):
        self.part(elm.Capacitor(), one, other, name, value, side, 0.5)

    def diode(self, one, other, name, value, side=None, kind=elm.Diode):
        """The cathode is at the second point."""
        self.part(kind(), one, other, name, value, side, 0.5)

    def contact(self, one, other, name="", value="", side=None, is_closed=False):
        self.part(elm.Switch(nc=is_closed), one, other, name, value, side, 0.6)

    def fuse(self, one, other, name, value, side=None):
        self.part(elm.FuseIEC(), one, other, name, value, side, 0.4)

    def box(self, corner, width, height, words=(), dashed=False):
        """A box from its upper left corner, with words at its top."""
        x, y = corner
        rect = elm.Rect(corner1=(0, 0), corner2=(width, -height))
        self.d.add(rect.at(corner).theta(0).linestyle("--" if dashed else "-"))
        self.say((x + width / 2, y - 0.35), list(words), "center")

    def ground(self, at, words=""):
        self.d.add(elm.Ground().at(at).theta(0))
        if words:
            self.say((at[0], at[1] - 0.95), words, "center", 9)

    def rail(self, at, words):
        """A supply, drawn upwards, with its voltage above."""
        self.d.add(elm.Vdd().at(at).theta(0))
        self.say((at[0], at[1] + 0.75), words, "center")

    def pins(self, y, *parts):
        """The table of pins at the foot: one row a part, one column a board."""
        wide = FIRST + COLUMN * len(BOARDS)
        self._row(y, ["Connect to · ต่อกับขา"], list(BOARDS))
        self.wire((0, y - 0.2), (wide, y - 0.2))
        for number, part in enumerate(parts, 1):
            cells = [place(board, part) for board in BOARDS.values()]
            self._row(y + 0.35 - ROW * number, names(part), cells)
            self.wire((0, y - 0.2 - ROW * number), (wide, y - 0.2 - ROW * number))

    def _row(self, y, words, cells):
        """The English name and the cells on one line, the Thai name below."""
        self.say((0, y), words[0], size=10)
        for number, cell in enumerate(cells):
            self.say((FIRST + COLUMN * number, y), cell, size=10)
        for word in words[1:]:
            self.say((0, y - 0.38), word, size=9)

    def notes(self, y, *lines):
        for number, line in enumerate(lines):
            self.say((0, y - 0.45 * number), line, size=10)

    def text(self):
        """-> str, the SVG on white paper. Rounded: the last digits are the computer's."""
        made = LONG.sub(lambda found: f"{float(found.group()):.2f}", self._svg())
        return made if made.endswith("\n") else made + "\n"

    def _svg(self):
        self.d.config(bgcolor="white")
        return self.d.get_imagedata("svg").decode()
