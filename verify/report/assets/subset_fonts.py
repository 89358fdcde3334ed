"""Make the embedded fonts: subsets of TeX Gyre Pagella (text) and TeX Gyre Pagella Math.

    python verify/report/assets/subset_fonts.py FOLDER

FOLDER is searched for the four OpenType files as their makers ship them (CTAN packages tex-gyre and tex-gyre-math,
Debian packages fonts-texgyre and fonts-texgyre-math). Needs fonttools and brotli, when the subsets are remade and
never when a report is rendered. The GUST Font License asks that derived works carry other names: the subsets are
called Firstmover Text and Firstmover Math; see fonts/README.txt.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

HERE = Path(__file__).parent / "fonts"

TEXT = [(0x20, 0x7E), (0xA0, 0x17F), (0x2010, 0x2026), (0x2032, 0x2033), (0x2190, 0x2193), (0x2212, 0x2212)]
TEXT += [(0x2039, 0x203A), (0x2044, 0x2044), (0x00D7, 0x00D7), (0x2248, 0x2248), (0x2260, 0x2265), (0x221E, 0x221E)]

MATH = [(0x20, 0x7E), (0xA0, 0xFF), (0x131, 0x131), (0x237, 0x237), (0x2C6, 0x2DD), (0x300, 0x338)]  # Latin, accents
MATH += [(0x391, 0x3F6), (0x2016, 0x2016), (0x2020, 0x2026), (0x2032, 0x2037), (0x2044, 0x2044), (0x2061, 0x2064)]
MATH += [(0x20D6, 0x20D7), (0x2102, 0x2134), (0x2190, 0x2199), (0x21A6, 0x21A6), (0x21D0, 0x21D4)]  # letters, arrows
MATH += [(0x2200, 0x2237), (0x223C, 0x2243), (0x2248, 0x2248), (0x224D, 0x224D), (0x2254, 0x2255), (0x225C, 0x225C)]
MATH += [(0x2260, 0x2265), (0x226A, 0x226B), (0x2272, 0x2273), (0x227A, 0x227D), (0x2282, 0x228B), (0x2293, 0x2299)]
MATH += [(0x22A2, 0x22A8), (0x22B2, 0x22B5), (0x22C0, 0x22C6), (0x22EE, 0x22F1), (0x2308, 0x230B), (0x23DE, 0x23DF)]
MATH += [(0x25A1, 0x25A1), (0x25CB, 0x25CB), (0x27E8, 0x27EB), (0x2A7D, 0x2A7E), (0x2AAF, 0x2AB0)]
MATH += [(0x1D400, 0x1D467), (0x1D49C, 0x1D4B5), (0x1D538, 0x1D550)]  # bold, italic, bold italic; script; blackboard
MATH += [(0x1D6A4, 0x1D6DA), (0x1D6E2, 0x1D71B), (0x1D7CE, 0x1D7D7)]  # Greek, bold and italic; bold digits

FONTS = {
    "text-regular": ("texgyrepagella-regular.otf", TEXT, ["kern", "liga", "lnum", "onum", "pnum", "tnum", "smcp"]),
    "text-italic": ("texgyrepagella-italic.otf", TEXT, ["kern", "liga", "lnum", "tnum"]),
    "text-bold": ("texgyrepagella-bold.otf", TEXT, ["kern", "liga", "lnum", "tnum"]),
    "math": ("texgyrepagella-math.otf", MATH, ["ssty", "dtls"]),
}


def _codepoints(ranges: list[tuple[int, int]]) -> Iterator[int]:
    for first, last in ranges:
        yield from range(first, last + 1)


def subset(source: Path, target: Path, ranges: list[tuple[int, int]], features: list[str]) -> None:
    """Write the subset of one font as WOFF2 under our own name, its copyright notice kept."""
    options = Options(flavor="woff2", layout_features=features, hinting=False, desubroutinize=True)
    options.drop_tables += ["FFTM", "GlyphOrder"]
    options.recalc_timestamp = False  # same source, same bytes
    font = TTFont(source, recalcTimestamp=False)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=list(_codepoints(ranges)))
    subsetter.subset(font)
    family = "Firstmover Math" if target.stem == "math" else "Firstmover Text"
    style = target.stem.rpartition("-")[2].title() if target.stem != "math" else "Regular"
    name = font["name"]
    name.names = [record for record in name.names if record.platformID == 3 and record.nameID in (0, 5, 7, 13, 14)]
    for key, value in {1: family, 2: style, 4: f"{family} {style}", 6: f"{family}-{style}".replace(" ", "")}.items():
        name.setName(value, key, 3, 1, 0x409)
    font["CFF "].cff.fontNames = [f"{family}-{style}".replace(" ", "")]
    font.flavor = "woff2"
    font.save(target)


def main(folder: str) -> None:
    for stem, (file, ranges, features) in FONTS.items():
        found = sorted(Path(folder).rglob(file))
        if not found:
            sys.exit(f"expected {file} somewhere under {folder}, found none")
        target = HERE / f"{stem}.woff2"
        subset(found[0], target, ranges, features)
        print(f"{target.name}: {target.stat().st_size:,} bytes")


if __name__ == "__main__":
    main(*sys.argv[1:])
