"""Line charts as SVG, several panels a file, without any library."""
import math
from dataclasses import dataclass, field

WIDTH, HEIGHT = 330, 230
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 34, 40
COLOURS = ["#1f6feb", "#d1571b", "#2c8a3d", "#7d4cc9"]


@dataclass
class Panel:
    """`lines`: name → [(x, y)]. The x axis is logarithmic, y begins at zero."""

    title: str
    x_label: str
    lines: dict = field(default_factory=dict)


def short(value):
    for limit, suffix in ((1e6, "M"), (1e3, "k")):
        if value >= limit:
            return f"{value / limit:g}{suffix}"
    return f"{value:g}"


def ceiling(value):
    """The next 1, 2 or 5 times a power of ten, or a half step between."""
    if value <= 0:
        return 1
    power = 10 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if step * power >= value)


def panel_svg(panel, left, top):
    points = [point for line in panel.lines.values() for point in line]
    parts = [f'<g transform="translate({left},{top})">',
             f'<text x="{LEFT}" y="20" class="title">{panel.title}</text>']
    if not points:
        return "\n".join([*parts, "</g>"])
    low, high = min(x for x, _ in points), max(x for x, _ in points)
    most = ceiling(max(y for _, y in points) * 1.05)
    span = math.log(high / low) or 1
    inner_width, inner_height = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def place(x, y):
        return (LEFT + (math.log(x / low) / span if high > low else 0.5) * inner_width,
                TOP + inner_height * (1 - y / most))

    for step in range(5):
        value = most * step / 4
        y = place(low, value)[1]
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" class="grid"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y + 3.5:.1f}" class="y">{short(round(value, 4))}</text>')
    for x in sorted({x for x, _ in points}):
        parts.append(f'<text x="{place(x, 0)[0]:.1f}" y="{HEIGHT - BOTTOM + 15}" class="x">{short(x)}</text>')
    parts.append(f'<text x="{LEFT + inner_width / 2}" y="{HEIGHT - 8}" class="x">{panel.x_label}</text>')
    for (name, line), colour in zip(panel.lines.items(), COLOURS):
        spots = [place(x, y) for x, y in sorted(line)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in spots]
    if len(panel.lines) > 1:
        for number, (name, colour) in enumerate(zip(panel.lines, COLOURS)):
            y = TOP + 12 + number * 14
            parts.append(f'<rect x="{LEFT + 8}" y="{y - 8}" width="9" height="9" fill="{colour}"/>')
            parts.append(f'<text x="{LEFT + 22}" y="{y}" class="key">{name}</text>')
    return "\n".join([*parts, "</g>"])


def svg(panels, columns=3):
    rows = -(-len(panels) // columns)
    width, height = WIDTH * min(columns, len(panels)), HEIGHT * rows
    style = (".title{font-weight:600}.x{text-anchor:middle}.y{text-anchor:end}"
             "text{font:11px sans-serif;fill:#24292f}.title{font-size:12px}.grid{stroke:#d0d7de;stroke-width:1}")
    body = "\n".join(panel_svg(panel, WIDTH * (place % columns), HEIGHT * (place // columns))
                     for place, panel in enumerate(panels))
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
            f'height="{height}">\n<style>{style}</style>\n<rect width="100%" height="100%" fill="#ffffff"/>\n{body}\n</svg>\n')
