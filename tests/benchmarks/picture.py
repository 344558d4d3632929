"""One picture in SVG, written by hand: throughput against callers, latency against the size of the log."""

from __future__ import annotations

from math import ceil, log10

Line = list[tuple[float, float]]

_WIDTH, _HEIGHT, _LEFT, _TOP, _GAP = 420, 260, 70, 50, 110
_COLOURS = ("#1f6f8b", "#c8553d", "#6a8d3f", "#7d5ba6", "#444444")


def drawn(charts: list[tuple[str, str, str, dict[str, Line]]]) -> str:
    """Charts side by side: each a title, the name of its x axis (logarithmic), of its y axis, and its lines."""
    width = _LEFT + len(charts) * (_WIDTH + _GAP)
    height = _HEIGHT + 2 * _TOP + 20
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
    ]
    for n, (title, x_name, y_name, lines) in enumerate(charts):
        parts += [f'<g font-size="12" transform="translate({_LEFT + n * (_WIDTH + _GAP)} {_TOP})">']
        parts += [*_chart(title, x_name, y_name, lines), "</g>"]
    return "\n".join([*parts, "</svg>\n"])


def _chart(title: str, x_name: str, y_name: str, lines: dict[str, Line]) -> list[str]:
    points = [point for line in lines.values() for point in line]
    if not points:
        return []
    low, high = log10(min(x for x, _ in points)), log10(max(x for x, _ in points))
    top = _rounded_up(max(y for _, y in points))

    def place(x: float, y: float) -> tuple[float, float]:
        share = (log10(x) - low) / ((high - low) or 1)
        return share * _WIDTH, _HEIGHT - y / top * _HEIGHT

    parts = [f'<text x="0" y="-22" font-size="14" font-weight="bold">{title}</text>']
    for n in range(5):
        y = top * n / 4
        at = _HEIGHT - n * _HEIGHT / 4
        parts.append(f'<line x1="0" y1="{at:.0f}" x2="{_WIDTH}" y2="{at:.0f}" stroke="#ddd"/>')
        parts.append(f'<text x="-8" y="{at + 4:.0f}" text-anchor="end">{y:,g}</text>')
    for x in sorted({x for x, _ in points}):
        at, _ = place(x, 0)
        parts.append(f'<text x="{at:.0f}" y="{_HEIGHT + 18}" text-anchor="middle">{x:,.0f}</text>')
    parts.append(f'<text x="{_WIDTH / 2}" y="{_HEIGHT + 38}" text-anchor="middle">{x_name}</text>')
    parts.append(f'<text x="0" y="-6" fill="#555">{y_name}</text>')
    for n, (name, line) in enumerate(lines.items()):
        colour = _COLOURS[n % len(_COLOURS)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (place(*point) for point in line))
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in (place(*point) for point in line)
        ]
        parts.append(f'<text x="{_WIDTH - 4}" y="{14 + 16 * n}" text-anchor="end" fill="{colour}">{name}</text>')
    return parts


def _rounded_up(value: float) -> float:
    """1, 2, 4, 5 or 8 times a power of ten."""
    power = 10.0 ** (ceil(log10(value)) - 1)
    return next(step * power for step in (1, 2, 4, 5, 8, 10) if step * power >= value)
