"""The goods themselves: tins, bags, jars, boxes, bowls and what is in them. y is always the ground line of the object."""
import math

from draw import CLAY, INK, TEA, mix, smooth

CYLINDER = [(0, "#000000", .42), (.1, "#000000", .16), (.24, "#FFFFFF", .1), (.34, "#FFFFFF", .34), (.46, "#FFFFFF", .06),
            (.7, "#000000", .08), (.93, "#000000", .3), (1, "#000000", .4)]


def table(c, tint="#EFE6D3", wall=None):
    """Warm paper backdrop that curves into a table, faint mountains and window light."""
    wall = wall or mix(tint, "#FBFAF6", .62)
    c.add(f'<rect width="{c.w}" height="{c.h + 120}" fill="{c.lin([(0, mix(wall, "#FFFFFF", .3)), (.55, wall), (.66, mix(tint, "#FFFFFF", .18)), (.8, tint), (1, mix(tint, "#B89F72", .16))])}"/>')
    for k, (base, o) in enumerate(((560, .16), (640, .2))):
        pts, x = [], -60
        while x < c.w + 80:
            pts.append((x, base - 120 * math.sin(x / (250 + 60 * k) + c.rng.uniform(0, .4) + k * 2) - 36 * math.sin(x / 90 + k)))
            x += 60
        c.add(f'<path d="{smooth(pts)}L1300,760L-60,760Z" fill="{c.lin([(0, "#6F8F7C", o), (1, "#6F8F7C", 0)], 0, base - 150, 0, 745, "userSpaceOnUse")}" filter="{c.blur(3)}"/>')
    c.add(f'<rect width="{c.w}" height="{c.h + 120}" fill="{c.rad([(0, "#FFFFFF", .8), (.5, "#FFFFFF", .22), (1, "#FFFFFF", 0)], .22, .12, .9)}"/>',
          f'<rect width="{c.w}" height="{c.h + 120}" fill="{c.rad([(0, "#5A4526", 0), (.72, "#5A4526", 0), (1, "#5A4526", .13)], .45, .45, .8)}"/>')


def cloth(c, y=850, colour="#DCE3D6"):
    """A linen runner under the goods."""
    d = f"M-20,{y + 40}Q300,{y - 16} 640,{y + 4}T1230,{y - 30}L1230,{y + 210}Q860,{y + 250} 560,{y + 236}T-20,{y + 270}Z"
    c.add(f'<path d="{d}" fill="#5A4A30" opacity=".16" transform="translate(0,10)" filter="{c.blur(9)}"/>',
          f'<path d="{d}" fill="{c.lin([(0, mix(colour, "#FFFFFF", .35)), (1, colour)])}"/>',
          f'<path d="{d}" fill="#fff" filter="{c.texture("#FFFFFF", .5, "0.01 0.4", 5)}" opacity=".5"/>',
          f'<path d="{d}" fill="none" stroke="{mix(colour, "#7E8A74", .4)}" stroke-width="3" stroke-dasharray="3 9" transform="translate(0,14) scale(1,.985)" opacity=".6"/>')


def hills_mark(c, x, y, w, h, colour, opacity=1, ferry=True):
    """The small landscape on labels: three ridges, water lines, the ferry."""
    clip = c.clip(f'<rect x="{x}" y="{y}" width="{w}" height="{h}"/>')
    c.add(f'<g clip-path="{clip}" opacity="{opacity}">')
    for k, (b, a, o) in enumerate(((.42, .3, .35), (.56, .26, .55), (.7, .2, .8))):
        pts = [(x + w * i / 24, y + h * (b - a * abs(math.sin(i / 24 * (4.4 + k) + k * 1.9)) ** 1.5)) for i in range(25)]
        c.add(f'<path d="{smooth(pts)}L{x + w},{y + h * .78}L{x},{y + h * .78}Z" fill="{c.lin([(0, colour, o), (1, colour, .05)])}"/>')
    for k in range(3):
        c.add(f'<path d="M{x + w * (.1 + .16 * k)},{y + h * (.84 + .06 * k)}h{w * (.6 - .12 * k)}" stroke="{colour}" stroke-width="{max(1.4, h * .012)}" opacity=".6"/>')
    if ferry:
        bx, by, s = x + w * .62, y + h * .82, w / 260
        c.add(f'<path d="M{bx - 40 * s},{by - 6 * s}Q{bx},{by + 14 * s} {bx + 44 * s},{by - 9 * s}Q{bx},{by + 2 * s} {bx - 40 * s},{by - 6 * s}Z" fill="{colour}"/>'
              f'<path d="M{bx - 14 * s},{by - 2 * s}Q{bx},{by - 30 * s} {bx + 18 * s},{by - 2 * s}Z" fill="{colour}"/>')
    c.add("</g>")


def paper_label(c, x, y, w, h, title, small="", colour=TEA, seal="岚", mark=True, brand="岚河老渡口"):
    """A cream paper label with vertical title, brand line, landscape and seal; x is its centre."""
    left = x - w / 2
    c.add(f'<rect x="{left}" y="{y}" width="{w}" height="{h}" fill="{c.lin([(0, "#FCF7EA"), (1, "#F2E9D4")])}"/>',
          f'<rect x="{left + w * .045}" y="{y + w * .045}" width="{w * .91}" height="{h - w * .09}" fill="none" stroke="{colour}" stroke-width="{max(1.2, w * .008)}" opacity=".55"/>')
    if mark:
        hills_mark(c, left + w * .06, y + h * (.6 if small else .66), w * .88, h * .3, colour)
    n = len(title)
    size = min(w * .3, h * (.56 if mark else .78) / (n * 1.14))
    ty = y + h * (.1 if mark else .11)
    c.vtext(x + (w * .06 if brand else 0), ty, title, size, 1.14, INK)
    if brand:
        c.vtext(x - w * .27, ty + size * .1, brand, min(size * .46, w * .12), 1.22, colour, 600)
        c.seal(x - w * .27, ty + size * .1 + min(size * .46, w * .12) * 1.22 * len(brand) + w * .085, seal, w * .125)
    if small:
        c.text(x, y + h * .955 - w * .025, small, w * .07, mix(colour, INK, .4), 500)


def tin(c, x, y, w, h, colour, title, small="", label=True, lid=None, seal="岚"):
    """A round tea tin."""
    e, lid = w * .115, lid or mix(colour, "#000000", .18)
    top, lid_h = y - h, h * .2
    c.shadow(x, y - e * .2, w * .52, e * 1.2)
    shade = c.lin(CYLINDER, 0, 0, 1, 0)
    body = f"M{x - w / 2},{top + lid_h}V{y - e}A{w / 2},{e} 0 0 0 {x + w / 2},{y - e}V{top + lid_h}Z"
    c.add(f'<path d="{body}" fill="{colour}"/>')
    if label:
        lw, lh = w * .6, h * .62
        paper_label(c, x - w * .02, top + lid_h + h * .07, lw, lh, title, small, colour if colour != "#E9DFC7" else TEA, seal)
    else:
        hills_mark(c, x - w / 2, top + h * .5, w, h * .46, "#F3E7C9", .75)
        c.vtext(x + w * .12, top + lid_h + h * .06, title, min(w * .17, h * .5 / len(title) / 1.14), 1.14, "#F7EBCB")
        c.vtext(x - w * .13, top + lid_h + h * .08, "岚河老渡口", w * .075, 1.25, "#EBDDB6", 500)
        c.seal(x - w * .13, top + lid_h + h * .08 + w * .52, seal, w * .085)
    c.add(f'<path d="{body}" fill="{shade}"/>',
          f'<path d="M{x - w / 2},{y - e * 1.35}A{w / 2},{e} 0 0 0 {x + w / 2},{y - e * 1.35}" stroke="#00000055" stroke-width="2.5" fill="none"/>')
    lw = w * 1.03
    lid_d = f"M{x - lw / 2},{top + e * .8}V{top + lid_h}A{lw / 2},{e} 0 0 0 {x + lw / 2},{top + lid_h}V{top + e * .8}Z"
    c.add(f'<path d="{lid_d}" fill="#2A1F12" opacity=".35" transform="translate(0,7)" filter="{c.blur(4)}"/>',
          f'<path d="{lid_d}" fill="{lid}"/><path d="{lid_d}" fill="{shade}"/>',
          f'<ellipse cx="{x}" cy="{top + e * .8}" rx="{lw / 2}" ry="{e}" fill="{c.lin([(0, mix(lid, "#FFFFFF", .5)), (.6, mix(lid, "#FFFFFF", .16)), (1, mix(lid, "#000000", .12))], 0, 0, 1, .5)}"/>',
          f'<ellipse cx="{x}" cy="{top + e * .86}" rx="{lw * .43}" ry="{e * .82}" fill="none" stroke="#FFFFFF" stroke-width="2" opacity=".35"/>')


def bag(c, x, y, w, h, title, small="", colour="#CDAE7C", accent=TEA, seal="岚", brand="岚河老渡口", window=None):
    """A stand-up paper bag with a folded top; window: (fill painter) shows the goods through a clear oval."""
    c.shadow(x, y - 8, w * .52, w * .1)
    top = y - h
    d = (f"M{x - w * .46},{top}H{x + w * .46}C{x + w * .47},{top + h * .2} {x + w * .5},{top + h * .5} {x + w * .5},{y - h * .1}"
         f"C{x + w * .5},{y - h * .03} {x + w * .47},{y} {x + w * .42},{y}C{x + w * .2},{y + h * .018} {x - w * .2},{y + h * .018} {x - w * .42},{y}"
         f"C{x - w * .47},{y} {x - w * .5},{y - h * .03} {x - w * .5},{y - h * .1}C{x - w * .5},{top + h * .5} {x - w * .47},{top + h * .2} {x - w * .46},{top}Z")
    c.add(f'<path d="{d}" fill="{colour}"/>', f'<path d="{d}" filter="{c.texture("#6B4E26", .34, "0.02 0.3", 9)}" opacity=".2"/>')
    if window:
        wy, wh = y - h * .2, h * .13
        oval = f'<ellipse cx="{x}" cy="{wy}" rx="{w * .34}" ry="{wh}"/>'
        c.add(f'<g clip-path="{c.clip(oval)}"><rect x="{x - w / 2}" y="{wy - wh}" width="{w}" height="{wh * 2}" fill="{mix(colour, "#2A2012", .55)}"/>')
        window(x, wy, w * .36, wh * 1.1)
        c.add(f'</g><ellipse cx="{x}" cy="{wy}" rx="{w * .34}" ry="{wh}" fill="{c.lin([(0, "#FFFFFF", .38), (.4, "#FFFFFF", .03), (1, "#000000", .12)], 0, 0, 1, 1)}" stroke="{mix(colour, "#4A3417", .4)}" stroke-width="2.5"/>')
    lh = h * (.5 if window else .58)
    paper_label(c, x, top + h * .17, w * .6, lh, title, small, accent, seal, not window, brand)
    c.add(f'<path d="{d}" fill="{c.lin([(0, "#000000", .26), (.07, "#000000", .06), (.2, "#FFFFFF", .26), (.36, "#FFFFFF", .05), (.75, "#000000", .04), (.94, "#000000", .17), (1, "#000000", .28)], 0, 0, 1, 0)}"/>',
          f'<path d="{d}" fill="{c.lin([(0, "#FFFFFF", .14), (.5, "#FFFFFF", 0), (1, "#000000", .2)])}"/>',
          f'<path d="M{x - w * .46},{top + h * .075}H{x + w * .46}M{x - w * .46},{top + h * .105}H{x + w * .46}" stroke="#00000033" stroke-width="2.5"/>',
          f'<path d="M{x - w * .46},{top + h * .08}H{x + w * .46}" stroke="#FFFFFF66" stroke-width="2" transform="translate(0,3)"/>')
    for k in (-1, 1):
        c.add(f'<path d="M{x + k * w * .4},{top + h * .12}Q{x + k * w * .43},{top + h * .5} {x + k * w * .38},{y - h * .05}" stroke="#00000018" stroke-width="6" fill="none" filter="{c.blur(2)}"/>')


def box(c, x, y, w, h, d, colour, title, sub="", ribbon=None, seal="岚", skew=.12, brand="岚河老渡口"):
    """A closed card box seen slightly from above; d is the visible depth of the lid."""
    c.shadow(x, y - 4, w * .53, w * .08)
    lx, rx, top = x - w / 2, x + w / 2, y - h
    lid = f"M{lx},{top}L{lx + w * skew},{top - d}H{rx - w * skew * .55}L{rx},{top}Z"
    c.add(f'<rect x="{lx}" y="{top}" width="{w}" height="{h}" rx="4" fill="{colour}"/>',
          f'<rect x="{lx}" y="{top}" width="{w}" height="{h}" rx="4" fill="{c.lin([(0, "#FFFFFF", .2), (.45, "#FFFFFF", .02), (1, "#000000", .22)], 0, 0, 1, .6)}"/>')
    hills_mark(c, lx, y - h * .62, w, h * .6, "#F3E4BE", .5)
    c.add(f'<path d="{lid}" fill="{mix(colour, "#FFFFFF", .2)}"/><path d="{lid}" fill="{c.lin([(0, "#FFFFFF", .3), (1, "#FFFFFF", 0)], 0, 0, 1, 1)}"/>',
          f'<path d="M{lx},{top}H{rx}" stroke="#FFFFFF" stroke-width="2.5" opacity=".4"/><path d="M{lx},{top + h * .2}H{rx}" stroke="#000" stroke-width="3" opacity=".22"/><path d="M{lx},{top + h * .2 + 3}H{rx}" stroke="#fff" stroke-width="1.5" opacity=".2"/>')
    if ribbon:
        rw = w * .07
        px = x - w * .3
        c.add(f'<path d="M{px},{y}V{top}L{px + w * skew * .62},{top - d}h{rw * .92}L{px + rw},{top}V{y}Z" fill="{ribbon}"/>',
              f'<path d="M{px},{y}V{top}h{rw}V{y}Z" fill="{c.lin([(0, "#000000", .25), (.4, "#FFFFFF", .2), (1, "#000000", .22)], 0, 0, 1, 0)}"/>')
    pw, ph = w * .34, h * .84
    px, py = x + w * .1, top + h * .08
    c.add(f'<rect x="{px - pw / 2 + 4}" y="{py + 6}" width="{pw}" height="{ph}" fill="#000" opacity=".2" filter="{c.blur(4)}"/>',
          f'<rect x="{px - pw / 2}" y="{py}" width="{pw}" height="{ph}" fill="{c.lin([(0, "#FCF7EA"), (1, "#F0E6CE")])}"/>',
          f'<rect x="{px - pw / 2 + 8}" y="{py + 8}" width="{pw - 16}" height="{ph - 16}" fill="none" stroke="{CLAY}" stroke-width="1.6" opacity=".5"/>')
    size = min(pw * .3, (ph - 60) / len(title) / 1.13)
    c.vtext(px + pw * .08, py + (ph - size * 1.13 * len(title)) / 2, title, size, 1.13)
    c.vtext(px - pw * .26, py + ph * .12, brand, pw * .1, 1.25, TEA, 600)
    c.seal(px - pw * .26, py + ph * .12 + pw * .125 * len(brand) + pw * .1, seal, pw * .13)
    if sub:
        c.text(x + w * .1, y - h * .02 - 6, sub, pw * .075, "#6B5A3C", 500)


def jar(c, x, y, w, h, fill, title, lid="#B98F4A", small="", contents=None, seal="岚", brand="岚皋"):
    """A glass jar with a metal lid; fill is (light, deep) colours of the contents, or contents paints pieces."""
    c.shadow(x, y - 6, w * .5, w * .11)
    top, neck = y - h, h * .2
    d = (f"M{x - w * .38},{top + neck}C{x - w * .5},{top + neck + h * .04} {x - w * .5},{top + neck + h * .08} {x - w * .5},{top + neck + h * .14}"
         f"V{y - h * .09}Q{x - w * .5},{y} {x - w * .38},{y}Q{x},{y + h * .03} {x + w * .38},{y}Q{x + w * .5},{y} {x + w * .5},{y - h * .09}"
         f"V{top + neck + h * .14}C{x + w * .5},{top + neck + h * .08} {x + w * .5},{top + neck + h * .04} {x + w * .38},{top + neck}Z")
    c.add(f'<path d="{d}" fill="{c.lin([(0, "#EDEFE6"), (1, "#D8DDD0")])}"/>')
    level = top + neck + h * .07
    clip = c.clip(f'<path d="{d}"/>')
    c.add(f'<g clip-path="{clip}"><rect x="{x - w / 2}" y="{level}" width="{w}" height="{h}" fill="{c.lin([(0, fill[1]), (.25, fill[0]), (.6, mix(fill[0], fill[1], .35)), (1, fill[1])], 0, 0, 1, .15)}"/>'
          f'<ellipse cx="{x}" cy="{level}" rx="{w * .46}" ry="{w * .05}" fill="{mix(fill[0], "#FFFFFF", .35)}"/>')
    if contents:
        contents(x, level, w, y)
    else:
        c.add(f'<ellipse cx="{x + w * .1}" cy="{y - h * .12}" rx="{w * .42}" ry="{h * .16}" fill="{mix(fill[0], "#FFF3C0", .7)}" opacity=".55" filter="{c.blur(18)}"/>')
    c.add("</g>")
    lw, lh = w * .62, h * .44
    ly = top + neck + h * .2
    c.add(f'<rect x="{x - lw / 2}" y="{ly}" width="{lw}" height="{lh}" rx="4" fill="{c.lin([(0, "#FCF7EA"), (1, "#F0E6CF")])}"/>',
          f'<rect x="{x - lw / 2 + 6}" y="{ly + 6}" width="{lw - 12}" height="{lh - 12}" fill="none" stroke="{CLAY}" stroke-width="1.4" opacity=".5"/>')
    size = min(lw * .24, lh * .76 / len(title) / 1.1)
    c.vtext(x + lw * .08, ly + lh * .1, title, size, 1.1)
    c.vtext(x - lw * .24, ly + lh * .12, brand, lw * .095, 1.25, TEA, 600)
    c.seal(x - lw * .24, ly + lh * .12 + lw * .12 * len(brand) + lw * .09, seal, lw * .12)
    if small:
        c.text(x, ly + lh - 12, small, lw * .075, "#6B5A3C", 500)
    c.add(f'<path d="{d}" fill="{c.lin([(0, "#3A2A12", .34), (.06, "#FFFFFF", .1), (.13, "#FFFFFF", .62), (.19, "#FFFFFF", .1), (.5, "#FFFFFF", 0), (.88, "#FFFFFF", .1), (.93, "#FFFFFF", .34), (1, "#3A2A12", .36)], 0, 0, 1, 0)}"/>')
    e, lw = w * .07, w * .86
    ld = f"M{x - lw / 2},{top + e}V{top + neck}A{lw / 2},{e} 0 0 0 {x + lw / 2},{top + neck}V{top + e}Z"
    c.add(f'<path d="{ld}" fill="{lid}"/><path d="{ld}" fill="{c.lin(CYLINDER, 0, 0, 1, 0)}"/>',
          f'<ellipse cx="{x}" cy="{top + e}" rx="{lw / 2}" ry="{e}" fill="{c.lin([(0, mix(lid, "#FFFFFF", .55)), (1, mix(lid, "#FFFFFF", .08))], 0, 0, 1, .4)}"/>')
    for k in range(1, 26):
        lx = x - lw / 2 * math.cos(math.pi * k / 26)
        c.add(f'<path d="M{lx:.1f},{top + neck * .42:.1f}V{top + neck:.1f}" stroke="#00000020" stroke-width="2"/>')


def bowl(c, x, y, w, contents, colour="#E9E4D6", depth=.42, inside=None, pad=.9):
    """A glazed bowl; contents(cx, cy, rx, ry) paints what lies in it, clipped to the rim and a mound above it."""
    h, e = w * depth, w * .17
    rim = y - h
    c.shadow(x, y - 4, w * .36, w * .07)
    body = f"M{x - w / 2},{rim}C{x - w * .47},{rim + h * .66} {x - w * .25},{y - h * .08} {x - w * .18},{y - h * .06}V{y - h * .02}Q{x},{y + h * .06} {x + w * .18},{y - h * .02}V{y - h * .06}C{x + w * .25},{y - h * .08} {x + w * .47},{rim + h * .66} {x + w / 2},{rim}Z"
    inside = inside or mix(colour, "#8A7A58", .28)
    c.add(f'<ellipse cx="{x}" cy="{rim}" rx="{w / 2}" ry="{e}" fill="{c.lin([(0, mix(inside, "#2A1F12", .4)), (1, mix(inside, "#FFFFFF", .25))], 0, 0, .6, 1)}"/>')
    mound = f"M{x - w * .485},{rim}A{w * .485},{e * .94} 0 0 0 {x + w * .485},{rim}V{rim - w}H{x - w * .485}Z"
    c.add(f'<g clip-path="{c.clip(f"""<path d="{mound}"/>""")}">')
    contents(x, rim, w * .5 * pad, e * pad)
    c.add("</g>")
    outer = (f"M{x - w / 2},{rim}A{w / 2},{e} 0 0 0 {x + w / 2},{rim}C{x + w * .47},{rim + h * .66} {x + w * .25},{y - h * .08} {x + w * .18},{y - h * .06}"
             f"V{y - h * .02}Q{x},{y + h * .06} {x - w * .18},{y - h * .02}V{y - h * .06}C{x - w * .25},{y - h * .08} {x - w * .47},{rim + h * .66} {x - w / 2},{rim}Z")
    c.add(f'<path d="{outer}" fill="{colour}"/>', f'<path d="{outer}" filter="{c.texture(mix(colour, "#5B4A2C", .5), .4, "0.05 0.05", 12)}" opacity=".3"/>',
          f'<path d="{outer}" fill="{c.lin([(0, "#000000", .2), (.2, "#FFFFFF", .3), (.4, "#FFFFFF", .05), (1, "#000000", .3)], 0, 0, 1, .3)}"/>',
          f'<path d="M{x - w / 2},{rim}A{w / 2},{e} 0 0 0 {x + w / 2},{rim}" stroke="{mix(colour, "#FFFFFF", .6)}" stroke-width="{w * .012}" fill="none"/>')


def plate(c, x, y, w, colour="#EFEADD"):
    """A shallow plate; y is the centre of its surface."""
    e = w * .16
    c.shadow(x, y + e * .62, w * .48, w * .12, .3)
    c.add(f'<ellipse cx="{x}" cy="{y + w * .028}" rx="{w / 2}" ry="{e}" fill="{mix(colour, "#6A5836", .45)}"/>',
          f'<ellipse cx="{x}" cy="{y}" rx="{w / 2}" ry="{e}" fill="{c.lin([(0, mix(colour, "#FFFFFF", .6)), (1, mix(colour, "#A8946A", .25))], 0, 0, 1, 1)}"/>',
          f'<ellipse cx="{x}" cy="{y + w * .006}" rx="{w * .38}" ry="{e * .72}" fill="{c.lin([(0, mix(colour, "#8A7750", .28)), (1, mix(colour, "#FFFFFF", .5))], 0, 0, .5, 1)}"/>')


def board(c, x, y, w, h=40, colour="#B98A55"):
    """A wooden board; y is its front lower edge."""
    c.shadow(x, y - 2, w * .52, w * .07)
    top = f"M{x - w / 2},{y - h}L{x - w * .43},{y - h - w * .17}H{x + w * .45}L{x + w / 2},{y - h}Z"
    c.add(f'<rect x="{x - w / 2}" y="{y - h}" width="{w}" height="{h}" rx="7" fill="{c.lin([(0, mix(colour, "#3A2410", .25)), (1, mix(colour, "#3A2410", .5))])}"/>',
          f'<path d="{top}" fill="{colour}"/><path d="{top}" filter="{c.texture("#6B4320", .5, "0.006 0.16", 3)}" opacity=".55"/>',
          f'<path d="{top}" fill="{c.lin([(0, "#FFFFFF", .3), (1, "#FFFFFF", 0)], 0, 0, 1, .6)}"/><path d="M{x - w / 2},{y - h}H{x + w / 2}" stroke="#FFE7BF" stroke-width="2" opacity=".5"/>')
