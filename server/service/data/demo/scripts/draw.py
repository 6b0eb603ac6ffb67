"""A small SVG canvas: gradients, blurs, paper grain, soft shadows, text; rendered by headless Chromium."""
import math
import pathlib
import random
import subprocess
import tempfile

from PIL import Image

SERIF = "Noto Serif CJK SC"
PAPER, INK, TEA, CLAY, STRAW = "#FBFAF6", "#1E2A24", "#1F5A41", "#B4552D", "#E9DFC7"


def mix(a, b, t):
    """Colour between #a and #b."""
    pa, pb = ([int(c[i:i + 2], 16) for i in (1, 3, 5)] for c in (a, b))
    return "#%02X%02X%02X" % tuple(round(x + (y - x) * t) for x, y in zip(pa, pb))


class Canvas:
    """Collects SVG text; every helper returns or appends plain strings."""

    def __init__(self, width, height, seed):
        self.w, self.h, self.rng = width, height, random.Random(seed)
        self.defs, self.body, self.n = [], [], 0
        self.pixels, self.view = (width, height), (0, 0, width, height)

    def id(self):
        self.n += 1
        return f"i{self.n}"

    def add(self, *parts):
        self.body.extend(parts)

    def lin(self, stops, x1=0, y1=0, x2=0, y2=1, units=""):
        """Linear gradient; stops are (offset, colour[, opacity]). Returns a paint reference."""
        i = self.id()
        u = f' gradientUnits="{units}"' if units else ""
        s = "".join(f'<stop offset="{o[0]}" stop-color="{o[1]}" stop-opacity="{o[2] if len(o) > 2 else 1}"/>' for o in stops)
        self.defs.append(f'<linearGradient id="{i}" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"{u}>{s}</linearGradient>')
        return f"url(#{i})"

    def rad(self, stops, cx=.5, cy=.5, r=.5, fx=None, fy=None):
        i = self.id()
        f = f' fx="{fx}" fy="{fy}"' if fx is not None else ""
        s = "".join(f'<stop offset="{o[0]}" stop-color="{o[1]}" stop-opacity="{o[2] if len(o) > 2 else 1}"/>' for o in stops)
        self.defs.append(f'<radialGradient id="{i}" cx="{cx}" cy="{cy}" r="{r}"{f}>{s}</radialGradient>')
        return f"url(#{i})"

    def blur(self, amount):
        i = f"b{str(amount).replace('.', '_')}"
        d = (f'<filter id="{i}" x="-60%" y="-120%" width="220%" height="340%">'
             f'<feGaussianBlur stdDeviation="{amount}"/></filter>')
        if d not in self.defs:
            self.defs.append(d)
        return f"url(#{i})"

    def rough(self, scale, freq=.03, seed=3):
        """A filter that wobbles edges like a brush."""
        i = self.id()
        self.defs.append(f'<filter id="{i}" x="-10%" y="-10%" width="120%" height="120%"><feTurbulence type="fractalNoise" '
                         f'baseFrequency="{freq}" numOctaves="3" seed="{seed}"/><feDisplacementMap in="SourceGraphic" '
                         f'scale="{scale}" xChannelSelector="R" yChannelSelector="G"/></filter>')
        return f"url(#{i})"

    def texture(self, colour, strength=.5, freq="0.02 0.08", seed=1, octaves=3, cut=0.0):
        """A filter that paints turbulent spots of one colour inside the shape it is put on."""
        i = self.id()
        r, g, b = (int(colour[k:k + 2], 16) / 255 for k in (1, 3, 5))
        gain = strength * 4
        self.defs.append(
            f'<filter id="{i}" x="0" y="0" width="1" height="1"><feTurbulence type="fractalNoise" baseFrequency="{freq}" '
            f'numOctaves="{octaves}" seed="{seed}"/><feColorMatrix values="0 0 0 0 {r:.3f} 0 0 0 0 {g:.3f} 0 0 0 0 {b:.3f} '
            f'{gain} 0 0 0 {-gain * .45 - cut:.3f}"/><feComposite in2="SourceGraphic" operator="in"/></filter>')
        return f"url(#{i})"

    def clip(self, path):
        i = self.id()
        self.defs.append(f'<clipPath id="{i}">{path}</clipPath>')
        return f"url(#{i})"

    def shadow(self, cx, y, rx, ry=None, strength=.34, lean=.35):
        """Contact shadow and a longer cast shadow to the right; the light comes from the upper left."""
        ry = ry or rx * .2
        self.add(f'<ellipse cx="{cx + rx * lean}" cy="{y + ry * .15}" rx="{rx * 1.3}" ry="{ry * 1.05}" fill="#4A3A22" '
                 f'opacity="{strength * .55}" filter="{self.blur(26)}"/>',
                 f'<ellipse cx="{cx + rx * .06}" cy="{y}" rx="{rx * 1.03}" ry="{ry * .9}" fill="#3A2C18" '
                 f'opacity="{strength}" filter="{self.blur(9)}"/>')

    def text(self, x, y, s, size, fill=INK, weight=600, anchor="middle", spacing=0, opacity=1):
        self.add(f'<text x="{x}" y="{y}" font-family="{SERIF}" font-size="{size}" font-weight="{weight}" fill="{fill}" '
                 f'text-anchor="{anchor}" letter-spacing="{spacing}" opacity="{opacity}">{s}</text>')

    def vtext(self, x, y, s, size, gap=1.12, fill=INK, weight=700):
        """Vertical text: one character under the other; y is the top."""
        for k, ch in enumerate(s):
            if ch != " ":
                self.text(x, y + size * (.88 + gap * k), ch, size, fill, weight)

    def seal(self, x, y, s, size, fill=CLAY):
        """A small square seal with one or two characters."""
        half = size / 2
        self.add(f'<rect x="{x - half}" y="{y - half}" width="{size}" height="{size}" rx="{size * .14}" fill="{fill}"/>')
        if len(s) == 1:
            self.text(x, y + size * .27, s, size * .72, "#FDF6E8", 700)
        else:
            for k, ch in enumerate(s):
                self.text(x, y - size * .08 + k * size * .42, ch, size * .4, "#FDF6E8", 700)

    def svg(self):
        grain = ('<filter id="grain" x="0" y="0" width="1" height="1"><feTurbulence type="fractalNoise" baseFrequency="0.55" '
                 'numOctaves="2" seed="7"/><feColorMatrix values="0 0 0 0 0.35 0 0 0 0 0.28 0 0 0 0 0.18 0.5 0 0 0 -0.2"/></filter>')
        vx, vy, vw, vh = self.view
        return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{self.pixels[0]}" height="{self.pixels[1]}" viewBox="{vx} {vy} {vw} {vh}">'
                f'<defs>{grain}{"".join(self.defs)}</defs>{"".join(self.body)}'
                f'<rect x="{vx}" y="{vy}" width="{vw}" height="{vh}" filter="url(#grain)" opacity="0.16"/></svg>')


def render(canvas, target, limit=60_000):
    """Renders to WebP, lowering quality until the file is below the limit."""
    with tempfile.TemporaryDirectory() as tmp:
        page, shot = pathlib.Path(tmp, "p.html"), pathlib.Path(tmp, "p.png")
        page.write_text(f'<meta charset="utf-8"><body style="margin:0;background:{PAPER}">{canvas.svg()}')
        subprocess.run(["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                        f"--user-data-dir={tmp}/profile", f"--window-size={canvas.pixels[0]},{canvas.pixels[1]}",
                        f"--screenshot={shot}", str(page)], check=True, capture_output=True)
        image = Image.open(shot).convert("RGB")
    for quality in (84, 78, 72, 64, 55, 45):
        image.save(target, "WEBP", quality=quality, method=6)
        if pathlib.Path(target).stat().st_size <= limit:
            break
    return pathlib.Path(target).stat().st_size


def wave(rng, width, base, amp, step=24, rough=.55):
    """A ridge line: points from left to right made of a few random octaves."""
    phases = [(rng.uniform(0, math.tau), rng.uniform(.7, 1.3)) for _ in range(6)]
    points = []
    for x in range(-40, width + 41, step):
        y = sum(amp * rough ** k * math.sin(x / width * math.tau * (1.1 * 1.9 ** k) * f + p) for k, (p, f) in enumerate(phases))
        points.append((x, base - y))
    return points


def poly(points, close=""):
    return "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in points) + close


def smooth(points):
    """Catmull-Rom through the points as cubic Béziers."""
    d = f"M{points[0][0]:.1f},{points[0][1]:.1f}"
    for i in range(len(points) - 1):
        p0, p1, p2 = points[max(i - 1, 0)], points[i], points[i + 1]
        p3 = points[min(i + 2, len(points) - 1)]
        c1 = (p1[0] + (p2[0] - p0[0]) / 6, p1[1] + (p2[1] - p0[1]) / 6)
        c2 = (p2[0] - (p3[0] - p1[0]) / 6, p2[1] - (p3[1] - p1[1]) / 6)
        d += f"C{c1[0]:.1f},{c1[1]:.1f} {c2[0]:.1f},{c2[1]:.1f} {p2[0]:.1f},{p2[1]:.1f}"
    return d
