"""Loose goods: leaves, stems, noodles, curd, birds and eggs, corms, nuts."""
import math

from draw import mix, smooth


def leaves(c, cx, cy, rx, ry, n=150, palette=("#3D5A34", "#52763F", "#6C8A4E", "#93A265", "#324A2A"), size=46, height=None, fat=.13):
    """A mound of dry tea: thin curled strips, darker below and lighter on top."""
    height = height or rx * .34
    c.add(f'<path d="M{cx - rx},{cy}Q{cx - rx * .5},{cy - height * 1.2} {cx},{cy - height * 1.25}T{cx + rx},{cy}Q{cx},{cy + ry * 2} {cx - rx},{cy}Z" fill="{mix(palette[0], "#10180C", .06)}" filter="{c.blur(3)}"/>')
    items = []
    for _ in range(int(n * 1.7)):
        a, r = c.rng.uniform(0, math.tau), c.rng.random() ** .5
        u, v = math.cos(a) * r, math.sin(a) * r
        lift = height * max(0, 1 - u * u) * (c.rng.random() ** .6 if v < 0 else c.rng.random() * (1 - v))
        items.append((cx + u * rx * .97, cy + v * ry * .95 - lift, lift / height))
    for x, y, t in sorted(items, key=lambda i: i[1] + i[2] * 8):
        a, ln = c.rng.uniform(0, math.tau), size * c.rng.uniform(.55, 1.15)
        dx, dy = math.cos(a) * ln / 2, math.sin(a) * ln / 2 * .7
        nx, ny = -dy * c.rng.uniform(-.5, .5), dx * c.rng.uniform(-.5, .5)
        col = mix(c.rng.choice(palette), "#E4E0B0", max(0, t - .35) * .4)
        f = ln * fat
        c.add(f'<path d="M{x - dx:.1f},{y - dy:.1f}Q{x + nx - dy * fat * 2:.1f},{y + ny - f:.1f} {x + dx:.1f},{y + dy:.1f}Q{x + nx:.1f},{y + ny + f:.1f} {x - dx:.1f},{y - dy:.1f}Z" fill="{col}" stroke="#1C2614" stroke-width=".8" stroke-opacity=".35"/>')


def sprig(c, x, y, s, angle=0, tones=("#8DB25C", "#5C8F45", "#C6DA8C")):
    """A fresh picking: one bud and two leaves."""
    def leaf(a, ln, wd, tone):
        return (f'<g transform="rotate({a})"><path d="M0,0C{wd},{-ln * .3} {wd * .8},{-ln * .75} 0,{-ln}C{-wd * .8},{-ln * .75} {-wd},{-ln * .3} 0,0Z" '
                f'fill="{c.lin([(0, mix(tone, "#FFFFFF", .2)), (1, mix(tone, "#1F4A2A", .35))], 0, 0, 1, .3)}"/><path d="M0,0Q2,{-ln * .5} 0,{-ln * .95}" stroke="#E7EFC0" stroke-width="1.6" fill="none" opacity=".7"/></g>')
    c.add(f'<g transform="translate({x},{y}) rotate({angle}) scale({s})"><path d="M0,70Q-4,30 0,0" stroke="#7FA050" stroke-width="6" fill="none" stroke-linecap="round"/>'
          f'<g transform="translate(0,34)">{leaf(-52, 92, 26, tones[1])}</g>{leaf(42, 84, 23, tones[0])}{leaf(-6, 74, 11, tones[2])}</g>')


def stem(c, x, y, ln, angle, w=17, tone="#8FA860", leafy=0, shade=.2):
    """One dendrobium cane: swollen joints with pale rings, from (x, y) along the angle."""
    n = 8
    parts = []
    a = math.radians(angle)
    bend = c.rng.uniform(-.075, .075)
    px, py = x, y
    for k in range(n):
        t = k / n
        seg = ln / n * (1.1 - .25 * t)
        qx, qy = px + math.cos(a) * seg, py + math.sin(a) * seg
        r = w * (.62 + .5 * math.sin(math.pi * min(.96, t + .16)))
        nx, ny = -math.sin(a), math.cos(a)
        mx, my = (px + qx) / 2, (py + qy) / 2
        col = mix(tone, "#5F7F3E", c.rng.random() * .5)
        g = c.lin([(0, mix(col, "#F4F3C8", .5)), (.4, col), (1, mix(col, "#2C3F1C", .5))], px - nx * r * .6, py - ny * r * .6, px + nx * r * .6, py + ny * r * .6, "userSpaceOnUse")
        parts.append(f'<path d="M{px + nx * r * .36:.1f},{py + ny * r * .36:.1f}Q{mx + nx * r * .66:.1f},{my + ny * r * .66:.1f} {qx + nx * r * .34:.1f},{qy + ny * r * .34:.1f}'
                     f'L{qx - nx * r * .34:.1f},{qy - ny * r * .34:.1f}Q{mx - nx * r * .66:.1f},{my - ny * r * .66:.1f} {px - nx * r * .36:.1f},{py - ny * r * .36:.1f}Z" fill="{g}"/>'
                     f'<path d="M{qx + nx * r * .42:.1f},{qy + ny * r * .42:.1f}L{qx - nx * r * .42:.1f},{qy - ny * r * .42:.1f}" stroke="#6A4B3A" stroke-width="3.4" stroke-linecap="round"/>'
                     f'<path d="M{qx + nx * r * .4 + 3 * math.cos(a):.1f},{qy + ny * r * .4 + 3 * math.sin(a):.1f}L{qx - nx * r * .4 + 3 * math.cos(a):.1f},{qy - ny * r * .4 + 3 * math.sin(a):.1f}" stroke="#E6E4C0" stroke-width="2" stroke-linecap="round" opacity=".8"/>')
        if leafy and k >= n - leafy:
            la = angle + (52 if k % 2 else -52)
            parts.insert(0, f'<g transform="translate({qx:.1f},{qy:.1f}) rotate({la + 90:.0f})"><path d="M0,0C17,-40 14,-96 0,-132C-14,-96 -17,-40 0,0Z" fill="{c.lin([(0, "#A9C57A"), (1, "#4E7E44")], 0, 0, 1, 0)}"/><path d="M0,0V-122" stroke="#DCE8B0" stroke-width="2" opacity=".7"/></g>')
        px, py, a = qx, qy, a + bend
    c.add(f'<path d="M{x + 4:.0f},{y + w * .7:.0f}L{px + 4:.0f},{py + w * .7:.0f}" stroke="#3A2C18" stroke-width="{w * .8}" opacity="{shade}" filter="{c.blur(5)}" stroke-linecap="round"/>', *parts)


def coil(c, x, y, r):
    """One fengdou: a stem wound into a small tight spiral."""
    tone = c.rng.choice(("#A38F4E", "#8F8446", "#B09A5C", "#7F7A40"))
    c.add(f'<ellipse cx="{x + r * .2:.1f}" cy="{y + r * .75:.1f}" rx="{r * 1.05:.1f}" ry="{r * .4:.1f}" fill="#2A2010" opacity=".35" filter="{c.blur(4)}"/>')
    turn = c.rng.uniform(0, 6)
    for rr, th in ((1, .5), (.58, .46), (.2, .4)):
        pts = [(x + math.cos(turn + i / 12 * math.tau) * r * rr * (1 + .03 * math.sin(i * 3)), y + math.sin(turn + i / 12 * math.tau) * r * rr * .86) for i in range(13)]
        d = smooth(pts)
        c.add(f'<path d="{d}" fill="none" stroke="{mix(tone, "#2A2410", .55)}" stroke-width="{r * th:.1f}"/>',
              f'<path d="{d}" fill="none" stroke="{tone}" stroke-width="{r * th * .78:.1f}"/>',
              f'<path d="{d}" fill="none" stroke="{mix(tone, "#FBF3CC", .5)}" stroke-width="{r * th * .24:.1f}" transform="translate({-r * .07:.1f},{-r * .08:.1f})"/>',
              f'<path d="{d}" fill="none" stroke="#4E4622" stroke-width="{r * th * .78:.1f}" stroke-dasharray="1.8 {r * .42:.1f}" opacity=".6"/>')


def flower(c, x, y, r, angle=0):
    """A dendrobium flower: five pale petals and a spotted lip."""
    p = "".join(f'<path transform="rotate({k * 72})" d="M0,0C{r * .34},{-r * .3} {r * .28},{-r * .8} 0,{-r}C{-r * .28},{-r * .8} {-r * .34},{-r * .3} 0,0Z" fill="{c.lin([(0, "#FBF7D6"), (1, "#D9D08A")], 0, 0, .6, 1)}" stroke="#A89E58" stroke-width=".9" stroke-opacity=".5"/>' for k in range(5))
    c.add(f'<ellipse cx="{x + 3}" cy="{y + r * .35}" rx="{r * .8}" ry="{r * .5}" fill="#2A2010" opacity=".2" filter="{c.blur(4)}"/>',
          f'<g transform="translate({x:.1f},{y:.1f}) scale(1,.82) rotate({angle:.0f})">{p}<path d="M0,0Q{r * .36},{r * .1} {r * .2},{r * .5}Q0,{r * .62} {-r * .2},{r * .5}Q{-r * .36},{r * .1} 0,0Z" fill="#EFE6A6"/><path d="M0,{r * .12}L0,{r * .36}" stroke="#9A4A4E" stroke-width="{r * .2}" stroke-linecap="round"/><circle r="{r * .12}" fill="#F6F2C8"/></g>')


def noodles(c, x, y, w, h, n=210, tones=("#EFE6CF", "#DCCDA8", "#C5B48C", "#F8F2E2"), band="#B4552D", thick=3.4):
    """A lying bundle of vermicelli tied with a paper band; y is the ground line."""
    c.shadow(x, y - 4, w * .5, h * .34)
    for k in range(n):
        t = k / n
        oy = y - h * .06 - (h * .86) * c.rng.random() * (.25 + .75 * t)
        spread = 1 + .3 * abs((y - h * .5 - oy) / h)
        x0, x1 = x - w * .5 * c.rng.uniform(.9, 1.05), x + w * .5 * c.rng.uniform(.9, 1.05)
        mid = y - h * .48 + (oy - (y - h * .48)) * .74
        c.add(f'<path d="M{x0:.0f},{oy + c.rng.uniform(-8, 8) * spread:.0f}C{x - w * .2:.0f},{mid:.0f} {x + w * .2:.0f},{mid:.0f} {x1:.0f},{oy + c.rng.uniform(-10, 10) * spread:.0f}" stroke="{mix(c.rng.choice(tones), "#7A6438", (1 - t) * .35)}" stroke-width="{thick}" fill="none" stroke-linecap="round"/>')
    if band:
        bw = w * .13
        c.add(f'<path d="M{x - bw},{y - h * .86}Q{x},{y - h * .93} {x + bw},{y - h * .86}V{y - h * .06}Q{x},{y + h * .01} {x - bw},{y - h * .06}Z" fill="{c.lin([(0, mix(band, "#FFFFFF", .22)), (.4, band), (1, mix(band, "#2A1408", .4))])}"/>')


def nest(c, x, y, rx, ry, n=90, tones=("#EFE6CF", "#DCCDA8", "#F8F2E2", "#CDBB92"), thick=4, lift=.5):
    """Noodles swirled in a bowl."""
    c.add(f'<path d="M{x - rx},{y}C{x - rx * .8},{y - ry * lift * 1.6} {x - rx * .4},{y - ry * lift * 2.5} {x},{y - ry * lift * 2.5}S{x + rx * .8},{y - ry * lift * 1.6} {x + rx},{y}Q{x},{y + ry * 2} {x - rx},{y}Z" fill="{c.lin([(0, "#EADFC4"), (1, "#A8966C")])}"/>')
    for k in range(n):
        t = k / n
        r = 1 - t * .75 + c.rng.uniform(-.1, .05)
        a = c.rng.uniform(0, 360)
        c.add(f'<ellipse cx="{x + c.rng.uniform(-.12, .12) * rx:.0f}" cy="{y - ry * lift * 2.4 * t + c.rng.uniform(-6, 6):.0f}" rx="{rx * r:.0f}" ry="{ry * r:.0f}" fill="none" stroke="{mix(c.rng.choice(tones), "#6F5B33", (1 - t) * .4)}" stroke-width="{thick}" pathLength="360" stroke-dasharray="{c.rng.uniform(90, 200):.0f} 400" stroke-dashoffset="{a:.0f}" stroke-linecap="round"/>')


def slab(c, x, y, w, h, d, colour, cut="#F0E2C4", tex="#5A3310", strength=.5):
    """A block of curd: top, front and right side; x, y is the front lower left corner."""
    s = d * .62
    top = f"M{x},{y - h}L{x + s},{y - h - d * .5}H{x + w + s}L{x + w},{y - h}Z"
    side = f"M{x + w},{y - h}L{x + w + s},{y - h - d * .5}V{y - d * .5}L{x + w},{y}Z"
    front = f"M{x},{y - h}H{x + w}V{y}H{x}Z"
    c.add(f'<path d="M{x},{y}H{x + w}L{x + w + s},{y - d * .5}L{x + w + s * 1.7},{y - d * .2}L{x + w * 1.02},{y + 9}H{x}Z" fill="#2A1C0C" opacity=".38" filter="{c.blur(7)}"/>')
    for d_, base, g in ((side, mix(colour, "#1E1006", .35), None), (front, cut, [(0, "#FFFFFF", .14), (1, "#000000", .16)]), (top, mix(colour, "#FFFFFF", .12), [(0, "#FFFFFF", .3), (1, "#FFFFFF", 0)])):
        c.add(f'<path d="{d_}" fill="{base}" stroke="{base}" stroke-width="7" stroke-linejoin="round"/>',
              f'<path d="{d_}" filter="{c.texture(tex, strength, "0.05 0.06", c.rng.randrange(99))}" opacity=".5"/>')
        if g:
            c.add(f'<path d="{d_}" fill="{c.lin(g, 0, 0, .8, 1)}"/>')


def egg(c, x, y, r, tone="#E3BE96", angle=0):
    c.add(f'<ellipse cx="{x + r * .3:.1f}" cy="{y + r * .92:.1f}" rx="{r * .95:.1f}" ry="{r * .3:.1f}" fill="#3A2814" opacity=".35" filter="{c.blur(7)}"/>',
          f'<g transform="translate({x},{y}) rotate({angle})"><path d="M0,{-r * 1.22}C{r * .62},{-r * 1.2} {r * .98},{-r * .3} {r * .96},{r * .2}C{r * .92},{r * .8} {r * .5},{r} 0,{r}C{-r * .5},{r} {-r * .92},{r * .8} {-r * .96},{r * .2}C{-r * .98},{-r * .3} {-r * .62},{-r * 1.2} 0,{-r * 1.22}Z" '
          f'fill="{c.rad([(0, mix(tone, "#FFFFFF", .72)), (.35, mix(tone, "#FFFFFF", .25)), (.75, tone), (1, mix(tone, "#5A3616", .42))], .45, .48, .62, .33, .27)}"/></g>')


def walnut(c, x, y, r, angle=0, tone="#C49A63"):
    """A walnut in its shell: seam and shallow furrows."""
    i = c.clip(f'<ellipse rx="{r}" ry="{r * .9}"/>')
    furrows = []
    for k in range(15):
        a = c.rng.uniform(-1, 1)
        side = c.rng.choice((-1, 1))
        x0, y0 = side * r * c.rng.uniform(.12, .85), a * r * .8
        furrows.append(f"M{x0:.1f},{y0:.1f}q{c.rng.uniform(-.1, .2) * r * side:.1f},{c.rng.uniform(.08, .2) * r:.1f} {c.rng.uniform(-.12, .12) * r:.1f},{c.rng.uniform(.2, .42) * r:.1f}")
    c.add(f'<ellipse cx="{x + r * .3:.1f}" cy="{y + r * .82:.1f}" rx="{r:.1f}" ry="{r * .32:.1f}" fill="#2E1F0E" opacity=".4" filter="{c.blur(7)}"/>',
          f'<ellipse cx="{x}" cy="{y}" rx="{r}" ry="{r * .92}" fill="{c.rad([(0, mix(tone, "#FFF1D2", .6)), (.4, mix(tone, "#FFFFFF", .08)), (.8, mix(tone, "#4A2C10", .3)), (1, mix(tone, "#2C1808", .6))], .5, .5, .56, .34, .27)}"/>',
          f'<g transform="translate({x},{y}) rotate({angle})" clip-path="{i}"><path d="{"".join(furrows)}" stroke="#6E4A24" stroke-width="{r * .045:.1f}" fill="none" stroke-linecap="round" opacity=".65"/>'
          f'<path d="{"".join(furrows)}" stroke="#F3DDB2" stroke-width="{r * .03:.1f}" fill="none" stroke-linecap="round" opacity=".4" transform="translate({r * .04:.1f},{r * .02:.1f})"/>'
          f'<path d="M0,{-r}Q{r * .1},{-r * .3} {-r * .03},0T0,{r}" stroke="#6E4A24" stroke-width="{r * .1:.1f}" fill="none"/><path d="M{-r * .05},{-r}Q{r * .05},{-r * .3} {-r * .08},0T{-r * .05},{r}" stroke="#EFD5A6" stroke-width="{r * .05:.1f}" fill="none" opacity=".8"/></g>')


def kernel(c, x, y, r, angle=0):
    """Half a walnut kernel: two folded lobes."""
    c.add(f'<ellipse cx="{x + r * .2:.1f}" cy="{y + r * .6:.1f}" rx="{r:.1f}" ry="{r * .3:.1f}" fill="#2E1F0E" opacity=".3" filter="{c.blur(5)}"/>', f'<g transform="translate({x:.1f},{y:.1f}) rotate({angle:.0f})">')
    for side in (-1, 1):
        g = c.rad([(0, "#F3DDB0"), (.6, "#D2A868"), (1, "#8E6232")], .5, .5, .6, .38, .3)
        c.add(f'<path d="M0,{-r * .7}C{side * r * .3},{-r * 1.05} {side * r * .8},{-r * .8} {side * r * .78},{-r * .4}C{side * r * 1.1},{-r * .2} {side * r * 1.05},{r * .3} {side * r * .75},{r * .42}C{side * r * .7},{r * .85} {side * r * .2},{r * .95} 0,{r * .6}Z" fill="{g}" stroke="#8A5E2E" stroke-width="1.2"/>'
              f'<path d="M{side * r * .2},{-r * .6}q{side * r * .3},{r * .2} {side * r * .1},{r * .42}q{side * r * .34},{r * .06} {side * r * .2},{r * .4}M{side * r * .6},{-r * .3}q{-side * r * .2},{r * .2} {side * r * .1},{r * .4}" stroke="#94652F" stroke-width="{r * .06:.1f}" fill="none" stroke-linecap="round" opacity=".7"/>')
    c.add("</g>")


def chestnut(c, x, y, r, angle=0):
    tone = c.rng.choice(("#6B3219", "#7A3B1E", "#5C2A16"))
    c.add(f'<ellipse cx="{x + r * .25:.1f}" cy="{y + r * .8:.1f}" rx="{r:.1f}" ry="{r * .3:.1f}" fill="#2E1F0E" opacity=".4" filter="{c.blur(6)}"/>',
          f'<g transform="translate({x:.1f},{y:.1f}) rotate({angle:.0f})"><path d="M0,{-r * 1.08}C{r * .25},{-r * .85} {r},{-r * .5} {r},{r * .25}C{r * .9},{r * .8} {r * .4},{r * .85} 0,{r * .85}C{-r * .4},{r * .85} {-r * .9},{r * .8} {-r},{r * .25}C{-r},{-r * .5} {-r * .25},{-r * .85} 0,{-r * 1.08}Z" fill="{c.rad([(0, mix(tone, "#F0B684", .6)), (.3, mix(tone, "#B5622F", .4)), (.7, tone), (1, mix(tone, "#160804", .5))], .5, .5, .62, .32, .26)}"/>'
          f'<path d="M{-r * .92},{r * .42}Q0,{r * .16} {r * .92},{r * .42}Q{r * .7},{r * .85} 0,{r * .85}T{-r * .92},{r * .42}Z" fill="#C9A26E" opacity=".9"/><path d="M{-r * .42},{-r * .5}Q{-r * .62},{-r * .1} {-r * .55},{r * .14}" stroke="#FFE9CF" stroke-width="{r * .1:.1f}" fill="none" stroke-linecap="round" opacity=".6"/></g>')


def corm(c, x, y, r):
    """A konjac corm: a flattened brown ball with root scars and a pink bud."""
    c.shadow(x, y - r * .1, r * .8, r * .2)
    cy = y - r * .66
    d = f"M{x - r},{cy}C{x - r},{cy - r * .62} {x - r * .5},{cy - r * .72} {x},{cy - r * .58}C{x + r * .5},{cy - r * .72} {x + r},{cy - r * .62} {x + r},{cy}C{x + r},{cy + r * .5} {x + r * .5},{cy + r * .7} {x},{cy + r * .7}C{x - r * .5},{cy + r * .7} {x - r},{cy + r * .5} {x - r},{cy}Z"
    c.add(f'<path d="{d}" fill="{c.rad([(0, "#C3A279"), (.45, "#94714C"), (1, "#4B3220")], .5, .5, .62, .34, .26)}"/>',
          f'<path d="{d}" filter="{c.texture("#3A2414", .6, "0.03 0.09", 8)}" opacity=".6"/>')
    for k in range(4):
        c.add(f'<path d="M{x - r * (.94 - k * .07):.0f},{cy - r * .1 + k * r * .17:.0f}Q{x},{cy + r * (.1 + k * .2):.0f} {x + r * (.94 - k * .07):.0f},{cy - r * .1 + k * r * .17:.0f}" stroke="#3F2917" stroke-width="3" fill="none" opacity=".35"/>')
    for _ in range(18):
        a = c.rng.uniform(3.3, 6.1)
        c.add(f'<circle cx="{x + math.cos(a) * r * c.rng.uniform(.3, .85):.0f}" cy="{cy + math.sin(a) * r * .5:.0f}" r="{c.rng.uniform(3, 6):.1f}" fill="#E0C7A2" opacity=".55"/>')
    c.add(f'<ellipse cx="{x}" cy="{cy - r * .54}" rx="{r * .3}" ry="{r * .1}" fill="#4A2E1C" opacity=".6"/>',
          f'<path d="M{x - r * .17},{cy - r * .52}C{x - r * .24},{cy - r * .7} {x - r * .1},{cy - r * .8} {x + r * .03},{cy - r * .88}C{x + r * .12},{cy - r * .8} {x + r * .25},{cy - r * .7} {x + r * .17},{cy - r * .52}Q{x},{cy - r * .46} {x - r * .17},{cy - r * .52}Z" fill="{c.lin([(0, "#F0C9C4"), (.6, "#C98A86"), (1, "#8C5450")], 0, 0, 1, .7)}"/>')


def hen(c, x, y, s, tone="#B26B34", flip=1):
    """A standing hen in profile, painted in scalloped feathers."""
    c.shadow(x, y, 190 * s, 34 * s)
    body = "M-250,-330C-268,-404 -236,-452 -196,-440C-178,-372 -120,-344 -50,-352C20,-360 62,-402 84,-470C96,-520 132,-556 176,-548C218,-540 230,-500 222,-462C214,-420 222,-380 232,-330C240,-250 196,-160 92,-132C40,-118 -40,-118 -92,-140C-180,-176 -232,-250 -250,-330Z"
    clip = c.clip(f'<path d="{body}"/>')
    deep = mix(tone, "#2A1206", .55)
    c.add(f'<g transform="translate({x},{y}) scale({s * flip},{s})">')
    for lx in (-14, 62):
        c.add(f'<path d="M{lx},-140L{lx + 6},-18M{lx + 6},-18l-34,16M{lx + 6},-18l6,20M{lx + 6},-18l40,12" stroke="#C9923F" stroke-width="15" fill="none" stroke-linecap="round"/><path d="M{lx - 3},-130L{lx + 2},-24" stroke="#F0CB83" stroke-width="4" opacity=".7"/>')
    for k in range(6):
        c.add(f'<path d="M-170,-300C{-240 - k * 10},{-380 - k * 12} {-300 + k * 14},{-440 - k * 16} {-262 + k * 22},{-500 + k * 4}C{-220 + k * 12},{-450} -190,-400 -120,-330Z" fill="{mix(deep, tone, k / 7)}"/>')
    c.add(f'<path d="{body}" fill="{c.lin([(0, mix(tone, "#F2C98C", .35)), (.5, tone), (1, deep)], .2, 0, .6, 1)}"/><g clip-path="{clip}">')
    for row in range(15):
        for col in range(20):
            fx, fy = -270 + col * 27 + (row % 2) * 13, -560 + row * 32
            u = (fy + 560) / 440
            col_f = mix(mix(tone, "#F6D9A6", .35), deep, min(1, max(0, u * .8 + c.rng.uniform(-.16, .16))))
            sz = 13 + 8 * u
            c.add(f'<path d="M{fx - sz:.0f},{fy}Q{fx - sz:.0f},{fy + sz * 1.7:.0f} {fx - 3:.0f},{fy + sz * 1.9:.0f}Q{fx + sz:.0f},{fy + sz * 1.5:.0f} {fx + sz:.0f},{fy}Z" fill="{col_f}" stroke="{mix(deep, tone, .2)}" stroke-width="1.6" stroke-opacity=".5"/>')
    c.add("</g>")
    for k in range(7):
        c.add(f'<path d="M{70 - k * 8},{-300 + k * 15}C{0 - k * 10},{-330 + k * 14} {-90},{-318 + k * 12} {-178 + k * 12},{-262 + k * 11}C{-110},{-238 + k * 9} {0},{-232 + k * 8} {70 - k * 8},{-300 + k * 15}Z" fill="{mix(mix(tone, "#F2CE93", .3), deep, k / 7)}" stroke="{deep}" stroke-width="2" stroke-opacity=".4"/>')
    c.add(f'<path d="{body}" fill="{c.lin([(0, "#FFFFFF", .2), (.4, "#FFFFFF", 0), (1, "#1A0A02", .38)], .1, 0, .5, 1)}"/>'
          f'<path d="M132,-546C120,-590 146,-604 154,-580C160,-616 190,-612 186,-582C202,-606 222,-588 204,-544Q166,-562 132,-546Z" fill="{c.lin([(0, "#D9503F"), (1, "#A32E22")])}"/>'
          f'<path d="M216,-510L262,-492L214,-478Z" fill="{c.lin([(0, "#EBC172"), (1, "#B98436")])}"/><path d="M200,-478C222,-470 226,-430 206,-420C190,-430 188,-462 200,-478Z" fill="#B93A2C"/>'
          f'<circle cx="186" cy="-510" r="13" fill="#E9B25A"/><circle cx="188" cy="-510" r="8" fill="#1E130A"/><circle cx="191" cy="-513" r="2.6" fill="#fff"/></g>')


def grass(c, x0, x1, y, n=70, h=60, tones=("#8FA862", "#6C8F4E", "#B5C084")):
    for _ in range(n):
        x, hh = c.rng.uniform(x0, x1), h * c.rng.uniform(.4, 1)
        c.add(f'<path d="M{x:.0f},{y + c.rng.uniform(-6, 10):.0f}q{c.rng.uniform(-8, 8):.0f},{-hh * .6:.0f} {c.rng.uniform(-24, 24):.0f},{-hh:.0f}" stroke="{c.rng.choice(tones)}" stroke-width="4" fill="none" stroke-linecap="round" opacity=".9"/>')
