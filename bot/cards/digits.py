"""The ten digits as strokes, so that a number looks the same with every font and with none.

Each stands on a field 10 wide and 16 high and is meant for a round pen.
"""

WIDTH, HEIGHT = 10.0, 16.0
_GAP = 3.6
_STROKES = {
    "0": "M5 0C1.8 0 .5 3.4 .5 8S1.8 16 5 16S9.5 12.6 9.5 8S8.2 0 5 0Z",
    "1": "M1.8 3.2L5.8 0V16",
    "2": "M.8 4C.8 1.6 2.6 0 5 0S9.2 1.6 9.2 4C9.2 6 8.2 7.2 6.6 9L.6 16H9.4",
    "3": "M1 1.6C2 .6 3.4 0 4.8 0C7.2 0 8.8 1.5 8.8 3.8C8.8 6 7.2 7.5 4.6 7.5C7.6 7.5 9.4 9.2 9.4 11.7"
    "C9.4 14.3 7.5 16 4.8 16C3 16 1.6 15.4 .6 14.2",
    "4": "M7 16V0L.4 11.4H9.6",
    "5": "M8.8 0H2L1.3 7.2C2.3 6.4 3.5 6 4.8 6C7.6 6 9.4 8 9.4 10.9C9.4 13.9 7.5 16 4.7 16C3 16 1.6 15.4 .6 14.2",
    "6": "M8.4 1.2C7.5 .4 6.5 0 5.3 0C2.2 0 .6 3.2 .6 8.6C.6 13.4 2.2 16 5 16C7.6 16 9.4 14 9.4 11.1"
    "C9.4 8.2 7.6 6.3 5.1 6.3C3 6.3 1.3 7.6 .7 9.8",
    "7": "M.6 0H9.4L3.8 16",
    "8": "M5 7.4C2.8 7.4 1.2 5.9 1.2 3.7C1.2 1.5 2.8 0 5 0S8.8 1.5 8.8 3.7C8.8 5.9 7.2 7.4 5 7.4Z"
    "M5 7.4C2.4 7.4 .6 9.2 .6 11.7C.6 14.3 2.4 16 5 16S9.4 14.3 9.4 11.7C9.4 9.2 7.6 7.4 5 7.4Z",
    "9": "M1.6 14.8C2.5 15.6 3.5 16 4.7 16C7.8 16 9.4 12.8 9.4 7.4C9.4 2.6 7.8 0 5 0C2.4 0 .6 2 .6 4.9"
    "C.6 7.8 2.4 9.7 4.9 9.7C7 9.7 8.7 8.4 9.3 6.2",
}


def number_strokes(number: int, x: float, y: float, scale: float) -> str:
    """SVG paths of a number's digits, centred at (x, y)."""
    said = str(number)
    step = WIDTH + _GAP
    left = x - scale * (step * len(said) - _GAP) / 2
    top = y - scale * HEIGHT / 2
    places = (left + scale * step * place for place in range(len(said)))
    return "".join(
        f'<path transform="translate({at:.1f} {top:.1f}) scale({scale})" d="{_STROKES[digit]}"/>'
        for digit, at in zip(said, places, strict=True)
    )
