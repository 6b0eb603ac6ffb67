"""Landscapes: ridges in mist, tea terraces, river, houses, trees and what each village is known for."""
import math

from draw import mix, poly, smooth, wave

LIGHTS = {
    "morning": dict(sky=("#F3E6CF", "#F8F1E2", "#E7ECE2"), far="#B9C7BC", near="#2F5C48", sun="#FFF3D6"),
    "clear": dict(sky=("#CFDDD9", "#E6ECE2", "#F4EFE0"), far="#A9BFB8", near="#2C5B47", sun="#FFFFFF"),
    "dusk": dict(sky=("#E8CFAE", "#F2DFC2", "#EFE3D0"), far="#C2B9A6", near="#41573F", sun="#FFE6B8"),
    "rain": dict(sky=("#CDD6D2", "#DDE3DD", "#E9ECE4"), far="#B3C2BC", near="#33584B", sun="#F5F7F2"),
    "autumn": dict(sky=("#EBDDC2", "#F5ECD9", "#EDE8D8"), far="#C3C1A8", near="#5A6138", sun="#FFF0CF"),
}


def backdrop(c, light, horizon, layers=5, sun=(.72, .24), amp=70):
    """Sky, sun and mountain layers that fade into mist down to the horizon."""
    look = LIGHTS[light]
    a, b, e = look["sky"]
    c.add(f'<rect width="{c.w}" height="{c.h}" fill="{c.lin([(0, a), (.5, b), (1, e)])}"/>')
    sx, sy = sun[0] * c.w, sun[1] * c.h
    c.add(f'<circle cx="{sx}" cy="{sy}" r="{c.h * .5}" fill="{c.rad([(0, look["sun"], .95), (.25, look["sun"], .5), (1, look["sun"], 0)])}"/>')
    for k in range(layers):
        t = k / max(layers - 1, 1)
        base = horizon - (1 - t) * c.h * .34 - amp * .2
        points = wave(c.rng, c.w, base, amp * (1.15 - .35 * t), 14, .52)
        colour = mix(look["far"], look["near"], t ** 1.5 * .62)
        top = min(y for _, y in points)
        fill = c.lin([(0, colour, .9), (.45, colour, .62), (1, mix(colour, "#F4F1E6", .82), .25)], 0, top, 0, base + 190, "userSpaceOnUse")
        c.add(f'<path d="{poly(points)}L{c.w + 40},{c.h}L-40,{c.h}Z" fill="{mix("#F1EEE2", colour, .12)}" opacity=".55"/>',
              f'<path d="{poly(points)}L{c.w + 40},{c.h}L-40,{c.h}Z" fill="{fill}"/>')
        mist(c, base + 95, 26 + 12 * t, .5)
    return look


def mist(c, y, thick, opacity):
    for _ in range(4):
        x = c.rng.uniform(-.1, 1.0) * c.w
        c.add(f'<ellipse cx="{x:.0f}" cy="{y + c.rng.uniform(-18, 18):.0f}" rx="{c.rng.uniform(.2, .42) * c.w:.0f}" '
              f'ry="{thick * c.rng.uniform(.6, 1.1):.0f}" fill="#FBF9F1" opacity="{opacity}" filter="{c.blur(22)}"/>')


def field(c, top_points, colour, deep):
    """A ground plane below a ridge line."""
    y = min(p[1] for p in top_points)
    c.add(f'<path d="{smooth(top_points)}L{c.w + 40},{c.h + 40}L-40,{c.h + 40}Z" '
          f'fill="{c.lin([(0, colour), (1, deep)], 0, y, 0, c.h, "userSpaceOnUse")}"/>')


def terraces(c, top, bottom, rows, slope=0.0, bend=60, light="#A8C07A", mid="#5E8F55", dark="#2B5A3C", x0=-60, x1=None, x0_end=None):
    """Rows of clipped tea bushes following the contour; nearer rows are larger. x0_end: where the nearest row starts."""
    x1 = x1 or c.w + 60
    x0_end = x0 if x0_end is None else x0_end
    phase, curves = c.rng.uniform(0, 6), []
    for k in range(rows):
        t = k / (rows - 1)
        y = top + (bottom - top) * t ** 1.45
        start = x0 + (x0_end - x0) * t + (c.rng.uniform(-26, 26) if x0 > 0 else 0)
        stop = x1 + (c.rng.uniform(-26, 26) if x1 < c.w else 0)
        points = []
        for j in range(33):
            u = j / 32
            x = start + (stop - start) * u
            v = (x + 60) / (c.w + 120)
            points.append((x, y + bend * (1 - .35 * t) * math.sin(v * 3.6 + phase + t * .55) + slope * (v - .5) * (1 - t * .4)))
        curves.append((t, 9 + 46 * t ** 1.25, points))
    g = c.rough(13, .035, c.rng.randrange(90))
    first, last = curves[0][2], curves[-1][2]
    soil = c.lin([(0, mix(mid, "#DCE2C4", .55)), (.4, mix(mid, "#A8BE86", .3)), (1, mix(dark, mid, .5))], 0, top, 0, bottom, "userSpaceOnUse")
    edge = "".join(f"L{p[2][-1][0]:.0f},{p[2][-1][1]:.0f}" for p in curves) + "L" + "L".join(f"{x:.0f},{y + 60:.0f}" for x, y in reversed(last))
    edge += "".join(f"L{p[2][0][0]:.0f},{p[2][0][1]:.0f}" for p in reversed(curves))
    c.add(f'<g filter="{g}"><path d="{smooth(first)}{edge}Z" fill="{soil}"/>')
    for t, width, points in curves:
        d = smooth(points)
        shade, body, top_c = (mix(col, "#D3DCC6", (1 - t) * .5) for col in (dark, mid, light))
        for colour, size, dy, o in ((shade, 1.2, .36, .9), (body, 1, 0, 1), (mix(body, top_c, .6), .66, -.16, 1), (top_c, .4, -.27, 1)):
            c.add(f'<path d="{d}" fill="none" stroke="{colour}" stroke-width="{width * size:.1f}" stroke-linecap="round" transform="translate(0,{width * dy:.1f})" opacity="{o}"/>')
        marks = {k: [] for k in ("lit", "dark")}
        for _ in range(int(60 + 110 * t)):
            i = c.rng.randrange(len(points) - 1)
            f = c.rng.random()
            x = points[i][0] + (points[i + 1][0] - points[i][0]) * f
            y = points[i][1] + (points[i + 1][1] - points[i][1]) * f + width * c.rng.uniform(-.46, .42)
            lit = y - points[i][1] < c.rng.uniform(-.3, .25) * width
            n, a = width * c.rng.uniform(.1, .26), c.rng.uniform(-1.2, 1.2)
            marks["lit" if lit else "dark"].append(f"M{x:.1f},{y:.1f}q{n * .4:.1f},{-n * .5:.1f} {n * math.cos(a):.1f},{n * math.sin(a) * .8:.1f}")
        c.add(f'<path d="{"".join(marks["lit"])}" fill="none" stroke="{mix(top_c, "#F3F0C4", .45)}" stroke-width="{width * .085:.1f}" stroke-linecap="round" opacity=".7"/>',
              f'<path d="{"".join(marks["dark"])}" fill="none" stroke="{shade}" stroke-width="{width * .08:.1f}" stroke-linecap="round" opacity=".5"/>')
    c.add("</g>")


def river(c, points, colour="#BFD2CC"):
    """A river from far to near; points are (y, centre, half width)."""
    left = [(x - w, y) for y, x, w in points]
    right = [(x + w, y) for y, x, w in reversed(points)]
    d = smooth(left) + "L" + smooth(right)[1:] + "Z"
    y0, y1 = points[0][0], points[-1][0]
    c.add(f'<path d="{d}" fill="{c.lin([(0, "#F1EFE2"), (.4, colour), (1, mix(colour, "#5E8C84", .55))], 0, y0, 0, y1, "userSpaceOnUse")}"/>')
    clip = c.clip(f'<path d="{d}"/>')
    c.add(f'<g clip-path="{clip}">')
    for _ in range(46):
        t = c.rng.random() ** .7
        y = y0 + (y1 - y0) * t
        i = min(range(len(points)), key=lambda k: abs(points[k][0] - y))
        x = points[i][1] + c.rng.uniform(-1, 1) * points[i][2]
        c.add(f'<path d="M{x:.0f},{y:.0f}q{20 + 60 * t:.0f},{-3 - 4 * t:.0f} {50 + 120 * t:.0f},0" stroke="#FDFCF4" '
              f'stroke-width="{1 + 3 * t:.1f}" fill="none" opacity="{.25 + .3 * c.rng.random():.2f}" stroke-linecap="round"/>')
    c.add("</g>")


def house(c, x, y, s, roof="#5B615C", wall="#F6F0E2", flip=False):
    """A two-room farmhouse: white wall, grey tiles, wooden door; y is the ground line."""
    w, h = 150 * s, 62 * s
    tf = f'translate({x},{y}) scale({-1 if flip else 1},1)'
    tiles = "".join(f'<path d="M{-w * .5 + i * w / 14:.1f},{-h - 2 * s:.1f}L{-w * .42 + i * w * .84 / 14:.1f},{-h - 42 * s:.1f}" stroke="#3F4743" stroke-width="{1.3 * s:.1f}" opacity=".5"/>' for i in range(15))
    c.add(f'<g transform="{tf}"><ellipse cx="{w * .15}" cy="{2 * s}" rx="{w * .7}" ry="{9 * s}" fill="#2C3A2A" opacity=".25" filter="{c.blur(6)}"/>'
          f'<rect x="{-w * .45}" y="{-h}" width="{w * .9}" height="{h}" fill="{c.lin([(0, wall), (1, mix(wall, "#C9B892", .45))], 0, 0, 1, 1)}"/>'
          f'<rect x="{-w * .45}" y="{-h}" width="{w * .9}" height="{12 * s}" fill="#3A3A30" opacity=".22"/>'
          f'<rect x="{-w * .45}" y="{-h * .16}" width="{w * .9}" height="{h * .16}" fill="#8C8372" opacity=".7"/>'
          f'<rect x="{-13 * s}" y="{-46 * s}" width="{26 * s}" height="{46 * s}" fill="#6B4A30"/><path d="M0,{-46 * s}V0" stroke="#43301F" stroke-width="{1.6 * s}"/>'
          f'<rect x="{-52 * s}" y="{-44 * s}" width="{22 * s}" height="{20 * s}" fill="#55483A"/><rect x="{30 * s}" y="{-44 * s}" width="{22 * s}" height="{20 * s}" fill="#55483A"/>'
          f'<path d="M{-w * .53},{-h + 2 * s}L{-w * .42},{-h - 44 * s}H{w * .42}L{w * .53},{-h + 2 * s}Z" fill="{c.lin([(0, mix(roof, "#FFFFFF", .16)), (1, roof)])}"/>{tiles}'
          f'<path d="M{-w * .43},{-h - 44 * s}H{w * .43}" stroke="#3C433F" stroke-width="{5 * s}" stroke-linecap="round"/></g>')


def tree(c, x, y, s, colour="#4E7A4A", trunk="#5A4430", spread=1.0):
    """A round-crowned tree of overlapping brush dabs."""
    c.add(f'<path d="M{x - 5 * s},{y}Q{x - 2 * s},{y - 40 * s} {x},{y - 70 * s}Q{x + 3 * s},{y - 40 * s} {x + 6 * s},{y}Z" fill="{trunk}"/>',
          f'<g filter="{c.rough(9 * s, .05, c.rng.randrange(99))}">')
    dabs = [(c.rng.gauss(0, 26 * s * spread), -88 * s + c.rng.gauss(0, 22 * s), c.rng.uniform(16, 30) * s) for _ in range(26)]
    for dx, dy, r in sorted(dabs, key=lambda d: -d[1]):
        lit = max(0, min(1, .45 - (dx / (90 * s)) - (dy + 88 * s) / (95 * s)))
        c.add(f'<ellipse cx="{x + dx:.1f}" cy="{y + dy:.1f}" rx="{r:.1f}" ry="{r * .8:.1f}" fill="{mix(mix(colour, "#14301F", .35), mix(colour, "#EDE9A8", .5), lit)}"/>')
    c.add("</g>")


def woods(c, y, n, s, colour, x0=0, x1=None):
    for x in sorted(c.rng.uniform(x0, x1 or c.w) for _ in range(n)):
        tree(c, x, y + c.rng.uniform(-10, 14), s * c.rng.uniform(.75, 1.2), mix(colour, "#8FA862", c.rng.uniform(0, .4)))


def bamboo(c, x, y, h, n=7):
    for k in range(n):
        bx, lean, height = x + k * 20 + c.rng.uniform(-6, 6), c.rng.uniform(-30, 50), h * c.rng.uniform(.8, 1.1)
        green = mix("#56824A", "#A5B86A", c.rng.random() * .7)
        c.add(f'<path d="M{bx},{y}Q{bx + lean * .1},{y - height * .6} {bx + lean},{y - height}" stroke="{green}" stroke-width="7" fill="none"/>')
        for j in range(16):
            t = c.rng.uniform(.45, 1)
            lx, ly = bx + lean * t * t, y - height * t
            a, ln = c.rng.uniform(.1, 1.1) * c.rng.choice((-1, 1)), c.rng.uniform(34, 62)
            ex, ey = lx + math.cos(a) * ln * c.rng.choice((-1, 1)), ly + abs(math.sin(a)) * ln
            c.add(f'<path d="M{lx:.0f},{ly:.0f}Q{(lx + ex) / 2 + 5:.0f},{(ly + ey) / 2 - 9:.0f} {ex:.0f},{ey:.0f}Q{(lx + ex) / 2:.0f},{(ly + ey) / 2 + 4:.0f} {lx:.0f},{ly:.0f}Z" fill="{mix(green, "#2B5A3C", c.rng.random() * .6)}" opacity=".9"/>')


def boat(c, x, y, s):
    """The ferry: a flat wooden boat with a small awning."""
    c.add(f'<ellipse cx="{x}" cy="{y + 12 * s}" rx="{95 * s}" ry="{9 * s}" fill="#2E4A44" opacity=".35" filter="{c.blur(5)}"/>',
          f'<path d="M{x - 100 * s},{y - 14 * s}Q{x - 70 * s},{y + 14 * s} {x - 40 * s},{y + 14 * s}H{x + 50 * s}Q{x + 84 * s},{y + 12 * s} {x + 108 * s},{y - 18 * s}Q{x + 60 * s},{y - 2 * s} {x},{y - 2 * s}T{x - 100 * s},{y - 14 * s}Z" fill="{c.lin([(0, "#8A6440"), (1, "#4A3423")])}"/>',
          f'<path d="M{x - 40 * s},{y - 2 * s}Q{x - 36 * s},{y - 46 * s} {x + 4 * s},{y - 46 * s}T{x + 48 * s},{y - 2 * s}Z" fill="{c.lin([(0, "#B79A68"), (1, "#7A6240")])}"/>',
          f'<path d="M{x - 26 * s},{y - 2 * s}Q{x - 24 * s},{y - 34 * s} {x + 4 * s},{y - 34 * s}T{x + 34 * s},{y - 2 * s}Z" fill="#3A2B1D" opacity=".75"/>')


def hives(c, x, y, n, s, step=96):
    for k in range(n):
        hx, hy = x + k * step * s, y + (k % 2) * 16 * s
        wood = ("#C9A26A", "#BD9560", "#D2AF7A")[k % 3]
        c.add(f'<ellipse cx="{hx + 8 * s}" cy="{hy + 2 * s}" rx="{42 * s}" ry="{8 * s}" fill="#22301F" opacity=".35" filter="{c.blur(5)}"/>',
              f'<rect x="{hx - 32 * s}" y="{hy - 58 * s}" width="{64 * s}" height="{54 * s}" rx="{3 * s}" fill="{c.lin([(0, mix(wood, "#FFFFFF", .25)), (1, mix(wood, "#5A3C1C", .35))], 0, 0, 1, .6)}"/>',
              f'<path d="M{hx - 32 * s},{hy - 32 * s}H{hx + 32 * s}" stroke="#7A5730" stroke-width="{2 * s}" opacity=".6"/>',
              f'<rect x="{hx - 14 * s}" y="{hy - 14 * s}" width="{28 * s}" height="{6 * s}" rx="{3 * s}" fill="#3A2814"/>',
              f'<path d="M{hx - 40 * s},{hy - 58 * s}L{hx - 34 * s},{hy - 74 * s}H{hx + 34 * s}L{hx + 40 * s},{hy - 58 * s}Z" fill="{c.lin([(0, "#8D928C"), (1, "#5F6661")])}"/>')


def sheds(c, x, y, n, s):
    """Low arched shade sheds for dendrobium."""
    for k in range(n):
        sx, w, h = x + k * 190 * s, 185 * s, 92 * s
        c.add(f'<path d="M{sx},{y}V{y - h * .45}Q{sx + w / 2},{y - h * 1.3} {sx + w},{y - h * .45}V{y}Z" fill="{c.lin([(0, "#F2F3EA", .96), (1, "#BFCDBF", .96)])}"/>',
              f'<path d="M{sx + w * .32},{y}V{y - h * .5}Q{sx + w / 2},{y - h * .85} {sx + w * .68},{y - h * .5}V{y}Z" fill="#44604C"/>')
        for j in range(1, 7):
            c.add(f'<path d="M{sx + w * j / 7:.0f},{y - h * (.45 + .42 * math.sin(math.pi * j / 7)):.0f}V{y}" stroke="#8FA293" stroke-width="1.4" opacity=".6"/>')
        for j in range(9):
            px = sx + w * (.36 + j * .035)
            c.add(f'<path d="M{px:.0f},{y}q-3,{-16 * s:.0f} {c.rng.uniform(-5, 5):.0f},{-30 * s:.0f}" stroke="#A9C48A" stroke-width="3" fill="none"/>')


def racks(c, x, y, n, s):
    """Vermicelli hung over bamboo poles to dry."""
    for k in range(n):
        rx, ry, w, h = x + k * 60 * s, y + k * 46 * s, 420 * s, 150 * s
        c.add(f'<path d="M{rx},{ry + h}V{ry - 12 * s}M{rx + w},{ry + h}V{ry - 12 * s}" stroke="#7A5E36" stroke-width="{7 * s}" stroke-linecap="round"/>',
              f'<path d="M{rx - 16 * s},{ry}H{rx + w + 16 * s}" stroke="#B08D55" stroke-width="{8 * s}" stroke-linecap="round"/>')
        for j in range(11):
            bx = rx + (j + .5) * w / 11
            for _ in range(12):
                ox = c.rng.uniform(-15, 15) * s
                c.add(f'<path d="M{bx + ox * .5:.1f},{ry}Q{bx + ox:.1f},{ry + h * .5:.1f} {bx + ox + c.rng.uniform(-4, 4):.1f},{ry + h * c.rng.uniform(.72, .84):.1f}" stroke="{c.rng.choice(("#F7F0DE", "#E6D8B8", "#D2C19A", "#FBF7EA"))}" stroke-width="{2.6 * s:.1f}" fill="none" stroke-linecap="round"/>')


def meadow(c, y, colours, n=240):
    for _ in range(n):
        t = c.rng.random()
        py, px = y + (c.h - y) * t ** .8, c.rng.uniform(0, c.w)
        c.add(f'<circle cx="{px:.0f}" cy="{py:.0f}" r="{1.4 + 4.2 * t:.1f}" fill="{c.rng.choice(colours)}" opacity=".85"/>')


def birds(c, x, y):
    for k in range(5):
        bx, by, s = x + k * 34 + c.rng.uniform(-8, 8), y - abs(k - 2) * -9 + c.rng.uniform(-5, 5), c.rng.uniform(.7, 1.1)
        c.add(f'<path d="M{bx},{by}q{7 * s},{-7 * s} {13 * s},0q{6 * s},{-7 * s} {13 * s},0" stroke="#4A5B52" stroke-width="2" fill="none" opacity=".6" stroke-linecap="round"/>')


def hen_small(c, x, y, s, colour="#B5713A", flip=1):
    c.add(f'<g transform="translate({x},{y}) scale({s * flip},{s})"><ellipse cx="4" cy="1" rx="26" ry="5" fill="#22301F" opacity=".3"/>'
          f'<path d="M-6,-10V0M6,-10V0" stroke="#D09A3E" stroke-width="3"/>'
          f'<path d="M-34,-44Q-30,-10 0,-8Q26,-8 26,-32Q28,-52 40,-56Q34,-66 26,-62Q18,-44 0,-38Q-18,-34 -34,-44Z" fill="{colour}"/>'
          f'<path d="M-18,-30Q-4,-14 14,-26Q2,-34 -18,-30Z" fill="#00000022"/><path d="M26,-62q3,-9 7,-3q5,-5 6,3Z" fill="{"#B9352B"}"/><path d="M39,-57l8,3l-8,3Z" fill="#E0A94A"/></g>')
