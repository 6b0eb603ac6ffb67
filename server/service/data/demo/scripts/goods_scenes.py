"""One still life for each picture of a product or category."""
import math

from draw import CLAY, INK, TEA, Canvas, mix
from goods import bag, board, bowl, box, cloth, jar, paper_label, plate, table, tin
from stuff import (chestnut, coil, corm, egg, flower, grass, hen, kernel, leaves, nest, noodles, slab, sprig, stem, walnut)

RED_LEAF = ("#3A2018", "#55301F", "#6E4026", "#2A1710", "#8A5A32")
GREEN, JADE, STRAWTIN, RUST, NIGHT = "#2E6A4E", "#5E8C6C", "#D9C79C", "#8E3F27", "#27443A"


def pile(c, x, y, w, **kw):
    c.shadow(x, y, w * .48, w * .1, .26)
    leaves(c, x, y - 4, w / 2, w * .1, **kw)


def cup(c, x, y, w, liquor="#D9D98C", leaf=True):
    def tea(cx, cy, rx, ry):
        c.add(f'<ellipse cx="{cx}" cy="{cy + ry * .16}" rx="{rx * 1.02}" ry="{ry * .92}" fill="{c.lin([(0, mix(liquor, "#5A4A1A", .25)), (1, mix(liquor, "#FFFFFF", .4))], 0, 0, .4, 1)}"/>'
              f'<path d="M{cx - rx * .5},{cy + ry * .3}q{rx * .3},{-ry * .5} {rx * .7},{-ry * .3}" stroke="#fff" stroke-width="4" fill="none" opacity=".5" stroke-linecap="round"/>')
        if leaf:
            for k in range(4):
                c.add(f'<path transform="translate({cx - rx * .35 + k * rx * .24},{cy + ry * (.1 + .2 * (k % 2))}) rotate({k * 50})" d="M-16,0Q0,-8 18,0Q0,8 -16,0Z" fill="#6F8F42"/>')
    bowl(c, x, y, w, tea, "#F1EDE2", .5, "#E6DFCB")


def heap(c, x, y, w, rows, paint):
    """Round things stacked in rows; paint(x, y, radius, angle)."""
    r = w / (rows * 2)
    for k in range(rows):
        n = rows - k
        for j in range(n):
            paint(x + (j - (n - 1) / 2) * r * 1.9 + c.rng.uniform(-4, 4), y - r * .9 - k * r * 1.42 + c.rng.uniform(-4, 4), r * c.rng.uniform(.94, 1.05), c.rng.uniform(-60, 60))


def scatter(c, spots, paint, r):
    for x, y in spots:
        paint(x, y, r * c.rng.uniform(.92, 1.06), c.rng.uniform(-70, 70))


def coils(c, x, y, w, rows=4):
    for k in range(rows):
        n = rows + 2 - k
        for j in range(n):
            coil(c, x + (j - (n - 1) / 2) * w / (rows + 2), y - k * w * .085 + c.rng.uniform(-4, 4), w * .075)


def in_jar(kind):
    def paint(c):
        def fill(x, level, w, y):
            yy = y - 14
            while yy > level + 10:
                for k in range(5):
                    px = x - w * .4 + k * w * .2 + c.rng.uniform(-8, 8)
                    (coil(c, px, yy, w * .1) if kind == "coil" else flower(c, px, yy, w * .12, c.rng.uniform(0, 72)) if kind == "flower" else
                     c.add(f'<ellipse cx="{px}" cy="{yy}" rx="{w * .1}" ry="{w * .06}" fill="{c.rng.choice(("#C7CC8A", "#AEB870", "#DCDDAA"))}" stroke="#7E8A48" stroke-width="2"/>'))
                yy -= w * .13
        return fill
    return paint


def dipper(c, x, y, s):
    c.add(f'<g transform="translate({x},{y}) rotate(28) scale({s})"><rect x="-7" y="-330" width="14" height="300" rx="7" fill="{c.lin([(0, "#D8AE74"), (1, "#8A5E30")], 0, 0, 1, 0)}"/>' +
          "".join(f'<rect x="{-34 + abs(k - 3) * 4}" y="{-40 + k * 15}" width="{68 - abs(k - 3) * 8}" height="11" rx="5.5" fill="{c.lin([(0, "#D8AE74"), (.4, "#C0905A"), (1, "#7A5228")], 0, 0, 1, 0)}"/>' for k in range(7)) + "</g>")


def honey_pool(c, x, y, w, tone="#D9962E"):
    c.add(f'<ellipse cx="{x}" cy="{y}" rx="{w / 2}" ry="{w * .11}" fill="{c.rad([(0, mix(tone, "#FFF0B0", .65)), (.6, tone), (1, mix(tone, "#6B3C08", .35))], .5, .5, .55, .36, .3)}"/>')


def comb(c, x, y, w, tone="#E0A63E"):
    r = w / 13
    c.shadow(x, y, w * .5, w * .08)
    for j in range(5):
        for i in range(7):
            px, py = x - w * .44 + i * r * 1.8 + (j % 2) * r * .9, y - 22 - j * r * 1.3
            pts = " ".join(f"{px + r * math.cos(math.pi / 6 + k * math.pi / 3):.1f},{py + r * .86 * math.sin(math.pi / 6 + k * math.pi / 3):.1f}" for k in range(6))
            c.add(f'<polygon points="{pts}" fill="{c.rad([(0, mix(tone, "#FFF3C0", .5)), (.6, mix(tone, "#FFFFFF", .05)), (1, mix(tone, "#7A4408", .35))], .5, .5, .6, .4, .3)}" stroke="#F3D68C" stroke-width="5" stroke-linejoin="round"/>')


def mingqian_1(c):
    table(c, "#E6EADB"), tin(c, 660, 930, 360, 620, GREEN, "明前绿茶", "125 g")
    pile(c, 330, 985, 380, n=230), sprig(c, 930, 985, 1.5, 62), sprig(c, 1010, 905, 1.15, 88)


def mingqian_2(c):
    table(c, "#E6EADB"), cloth(c, 800)
    tin(c, 820, 800, 240, 420, GREEN, "明前绿茶", "125 g")
    cup(c, 420, 1010, 480), sprig(c, 830, 1040, 1.5, 70)


def danya_1(c):
    table(c, "#E9EBD8"), tin(c, 560, 930, 320, 580, JADE, "单芽春茶", "100 g", lid="#C9B079")
    plate(c, 900, 985, 400), leaves(c, 900, 985, 140, 34, 150, ("#5E8246", "#7E9A55", "#9FB26A", "#4A6B3A"), 36)
    sprig(c, 260, 990, 1.3, -50)


def glass(c, x, y, w, h):
    c.shadow(x, y - 4, w * .5, w * .1, .22)
    d = f"M{x - w / 2},{y - h}L{x - w * .44},{y - 10}Q{x},{y + w * .12} {x + w * .44},{y - 10}L{x + w / 2},{y - h}Z"
    c.add(f'<path d="{d}" fill="#F4F5EC" opacity=".7"/><path d="M{x - w * .485},{y - h * .8}L{x - w * .44},{y - 14}Q{x},{y + w * .1} {x + w * .44},{y - 14}L{x + w * .485},{y - h * .8}Z" fill="{c.lin([(0, "#EDEFC0", .85), (1, "#C9D487", .9)])}"/>')
    for _ in range(26):
        px, ln = x + c.rng.uniform(-.4, .4) * w, c.rng.uniform(.12, .2) * h
        py = y - 14 - c.rng.random() ** 2 * h * .4
        c.add(f'<path d="M{px:.0f},{py:.0f}C{px + 15:.0f},{py - ln * .4:.0f} {px + 9:.0f},{py - ln * .8:.0f} {px + c.rng.uniform(-6, 6):.0f},{py - ln:.0f}C{px - 9:.0f},{py - ln * .8:.0f} {px - 12:.0f},{py - ln * .4:.0f} {px:.0f},{py:.0f}Z" fill="{c.rng.choice(("#7FA050", "#95B264", "#668A44", "#B2C67E"))}"/>')
    c.add(f'<ellipse cx="{x}" cy="{y - h * .8}" rx="{w * .485}" ry="{w * .08}" fill="#E4E8B0" opacity=".9"/><ellipse cx="{x}" cy="{y - h}" rx="{w / 2}" ry="{w * .085}" fill="none" stroke="#fff" stroke-width="4" opacity=".9"/>'
          f'<path d="{d}" fill="{c.lin([(0, "#6A7A60", .3), (.06, "#FFFFFF", .3), (.14, "#FFFFFF", .75), (.2, "#FFFFFF", .05), (.85, "#FFFFFF", .05), (.92, "#FFFFFF", .5), (1, "#6A7A60", .3)], 0, 0, 1, 0)}"/>')


def danya_2(c):
    table(c, "#E9EBD8"), glass(c, 480, 960, 330, 520), tin(c, 860, 900, 240, 430, JADE, "单芽春茶", "", lid="#C9B079"), sprig(c, 760, 1040, 1.2, 75)


def yuqian_1(c):
    table(c, "#EAE6D2"), bag(c, 620, 960, 470, 700, "雨前绿茶", "250 g", "#C9AE80", TEA, window=lambda x, y, rx, ry: leaves(c, x, y + ry * .6, rx, ry * .5, 200, size=34, height=ry * 1.2))
    pile(c, 970, 1040, 300, n=150), sprig(c, 230, 1010, 1.3, -40)


def yuqian_2(c):
    table(c, "#EAE6D2"), cloth(c, 800, "#E1DFC8"), bowl(c, 470, 990, 560, lambda x, y, rx, ry: leaves(c, x, y, rx, ry, 330, size=46, height=110), "#CFC4A6")
    bag(c, 920, 850, 260, 390, "雨前绿茶", "", "#C9AE80")


def chaoqing_1(c):
    table(c, "#E8E2CC"), bag(c, 600, 960, 500, 720, "高山炒青", "500 g", "#7E8F66", "#4B5A36")
    pile(c, 980, 1030, 320, n=170, palette=("#3C4A2A", "#55603A", "#6E7448", "#2A3520"), size=42, fat=.17)


def chaoqing_2(c):
    table(c, "#E8E2CC"), cup(c, 380, 1000, 400, "#D6CB72"), cup(c, 800, 900, 330, "#D6CB72"), bag(c, 640, 720, 240, 350, "高山炒青", "", "#7E8F66", "#4B5A36")


def red_1(c):
    table(c, "#F0E2CD"), tin(c, 560, 930, 340, 570, RUST, "工夫红茶", "200 g", lid="#6B2E1C")
    pile(c, 930, 1000, 380, n=230, palette=RED_LEAF)


def red_2(c):
    table(c, "#F0E2CD"), cloth(c, 810, "#E5D2B8"), tin(c, 850, 800, 230, 400, RUST, "工夫红茶", "", lid="#6B2E1C")
    cup(c, 440, 1010, 480, "#B5501E", False), pile(c, 850, 1030, 260, n=130, palette=RED_LEAF)


def bags_1(c):
    table(c, "#E6EADB"), box(c, 600, 900, 640, 380, 150, JADE, "绿茶袋泡", "2 g × 30")
    for x, y in ((360, 1040), (560, 1070)):
        pyramid(c, x, y, 130)


def pyramid(c, x, y, s):
    c.shadow(x, y, s * .6, s * .14)
    c.add(f'<path d="M{x},{y - s * 1.1}L{x - s * .62},{y - s * .08}L{x + s * .1},{y}L{x + s * .62},{y - s * .16}Z" fill="#F4F1E2" opacity=".92"/>')
    leaves(c, x, y - s * .16, s * .42, s * .1, 60, size=24, height=s * .3)
    c.add(f'<path d="M{x},{y - s * 1.1}L{x - s * .62},{y - s * .08}L{x + s * .1},{y}Z" fill="#FFFFFF" opacity=".4"/><path d="M{x},{y - s * 1.1}L{x + s * .1},{y}L{x + s * .62},{y - s * .16}Z" fill="#8A9A70" opacity=".22"/>'
          f'<path d="M{x},{y - s * 1.1}C{x + s * .3},{y - s * 1.6} {x + s * .7},{y - s * 1.2} {x + s * .9},{y - s * .9}" stroke="#B8AE90" stroke-width="3" fill="none"/><rect x="{x + s * .76}" y="{y - s * .92}" width="{s * .34}" height="{s * .38}" fill="{TEA}"/>')
    c.text(x + s * .93, y - s * .64, "岚", s * .22, "#F5EBCF")


def bags_2(c):
    table(c, "#E6EADB"), cup(c, 700, 960, 500, "#D9D98C", False), pyramid(c, 340, 1030, 170)


def fresh_1(c):
    table(c, "#E4EADA"), cloth(c, 830, "#E6E3D2")
    for k in range(13):
        stem(c, 190 + c.rng.uniform(-30, 40), 1010 - k * 19, 800 + c.rng.uniform(-60, 60), -9 + c.rng.uniform(-5, 5), 24, leafy=2 if k % 4 == 0 else 0)
    paper_band(c, 560, 740, 130, 310, "铁皮石斛")


def paper_band(c, x, y, w, h, title):
    c.add(f'<rect x="{x - w / 2}" y="{y}" width="{w}" height="{h}" rx="5" fill="#3A2C18" opacity=".25" transform="translate(6,8)" filter="{c.blur(7)}"/>',
          f'<rect x="{x - w / 2}" y="{y}" width="{w}" height="{h}" rx="5" fill="{c.lin([(0, "#FFF9EA"), (.3, "#FBF3DF"), (1, "#CDBB92")])}"/>')
    c.vtext(x, y + h * .08, title, min(w * .46, h * .82 / len(title) / 1.12), 1.12)


def fresh_2(c):
    table(c, "#E4EADA")
    bowl(c, 590, 1020, 500, lambda x, y, rx, ry: c.add(f'<ellipse cx="{x}" cy="{y + 10}" rx="{rx}" ry="{ry * .86}" fill="#5A4630"/>'), "#B9A684", .5)
    for _ in range(130):
        a, r = c.rng.uniform(0, math.tau), c.rng.random() ** .5
        c.add(f'<ellipse cx="{590 + math.cos(a) * r * 205:.0f}" cy="{780 + math.sin(a) * r * 56:.0f}" rx="{c.rng.uniform(9, 22):.0f}" ry="{c.rng.uniform(6, 11):.0f}" fill="{c.rng.choice(("#7A5F40", "#8F7450", "#5E4630", "#6F7F4A", "#4A3826"))}"/>')
    canes = ((480, 772, -26, 400), (700, 770, 24, 420), (560, 762, -7, 500), (640, 764, 9, 460), (520, 800, -17, 330), (665, 800, 14, 320), (595, 808, 1, 380))
    for k, (x, y, lean, ln) in enumerate(canes):
        stem(c, x, y, ln, -90 + lean, 24, ("#93A45E", "#8A9456", "#A0A868")[k % 3], leafy=5, shade=0)
    for x, y in ((345, 470), (560, 360), (770, 430), (610, 560)):
        for dx, dy, r in ((-42, 18, 42), (32, -16, 46), (12, 58, 38)):
            flower(c, x + dx, y + dy, r, c.rng.uniform(0, 72))
    flower(c, 930, 1050, 54, 10), flower(c, 1010, 1080, 44, 40)


def fengdou_1(c):
    table(c, "#ECE6CF"), jar(c, 540, 930, 360, 560, ("#B5A868", "#7E7340"), "枫斗", "#B98F4A", "50 g", in_jar("coil")(c), brand="铁皮石斛")
    coils(c, 930, 1010, 330, 4)


def fengdou_2(c):
    table(c, "#ECE6CF"), cloth(c, 820, "#E1DFC8"), plate(c, 600, 960, 760), coils(c, 600, 970, 470, 5)


def flower_1(c):
    table(c, "#F0ECD4"), jar(c, 640, 930, 360, 560, ("#E9E2A6", "#BDB168"), "石斛花", "#7E8F66", "30 g", in_jar("flower")(c), brand="四村同种")
    scatter(c, ((280, 960), (380, 1030), (250, 1050), (940, 1020), (1030, 960)), lambda x, y, r, a: flower(c, x, y, r, a), 58)


def flower_2(c):
    table(c, "#F0ECD4"), cup(c, 560, 990, 620, "#EDE7A8", False)
    scatter(c, ((470, 690), (600, 720), (690, 680)), lambda x, y, r, a: flower(c, x, y, r, a), 62)
    scatter(c, ((980, 1000), (1050, 930)), lambda x, y, r, a: flower(c, x, y, r, a), 54)


def shenxian_1(c):
    table(c, "#F0E6CF"), bag(c, 430, 900, 420, 620, "神仙粉条", "500 g", "#F0E4C8", CLAY, brand="枣树村")
    noodles(c, 720, 1060, 760, 220)


def shenxian_2(c):
    table(c, "#F0E6CF"), cloth(c, 820, "#E5D2B8"), bowl(c, 600, 1010, 680, lambda x, y, rx, ry: [nest(c, x, y + 8, rx * .96, ry, 300, thick=7, lift=.42), garnish(c, x, y - 60, rx * .5, ry * .5)], "#54695C")


def garnish(c, x, y, rx, ry):
    for _ in range(26):
        px, py, a = x + c.rng.uniform(-1, 1) * rx, y + c.rng.uniform(-1, 1) * ry, c.rng.uniform(0, 180)
        green = c.rng.random() < .7
        c.add(f'<ellipse cx="{px:.0f}" cy="{py:.0f}" rx="14" ry="{9 if green else 6}" fill="{"none" if green else "#B8402C"}" stroke="{"#6F9A45" if green else "#8E2C1E"}" stroke-width="{5 if green else 1}" transform="rotate({a:.0f} {px:.0f} {py:.0f})"/>')


def wide_1(c):
    table(c, "#EFE4CC"), bag(c, 640, 900, 400, 600, "手工宽粉", "400 g", "#D9C79C", CLAY, brand="杜坝村")
    noodles(c, 560, 1060, 820, 190, 80, ("#E6DCC4", "#CFC2A0", "#B9AA86", "#F1EADA"), thick=13, band="#1F5A41")


def smoked_1(c):
    table(c, "#EFE0C8"), board(c, 600, 1030, 900)
    for x, y, w in ((260, 920, 300), (480, 975, 320), (310, 800, 290)):
        slab(c, x, y, w, 105, 150, "#8A5527", "#A5703A")
    for k in range(5):
        slab(c, 812 + k * 44, 975 - k * 5, 24, 105, 150, "#8A5527", "#EAD7AE", strength=.3)


def smoked_2(c):
    table(c, "#EFE0C8"), bag(c, 600, 960, 470, 640, "烟熏豆干", "300 g", "#A87B4C", "#7A3B1E", brand="华兴村", window=lambda x, y, rx, ry: [slab(c, x - rx + k * rx * .42, y + ry * .7, rx * .3, ry * 1.1, 40, "#8A5527", "#C99A5C") for k in range(5)])


def spice_1(c):
    table(c, "#F0E2CD"), bag(c, 430, 930, 420, 600, "五香豆干", "250 g", "#C9824E", CLAY, brand="金珠沟")
    plate(c, 850, 990, 520)
    for x, y in ((700, 990), (820, 975), (930, 995), (760, 1030), (880, 1035), (800, 930), (890, 940)):
        slab(c, x - 40, y, 80, 34, 60, "#9A5A28", "#B9783E")


def chicken_1(c):
    table(c, "#EAE6CF"), grass(c, 120, 1080, 985, 110, 70), hen(c, 590, 985, 1.08), grass(c, 150, 1050, 1020, 60, 55)


def chicken_2(c):
    table(c, "#EAE6CF"), grass(c, 80, 1120, 900, 90, 60), hen(c, 800, 880, .8, "#6B4A30", -1), hen(c, 360, 1000, .98, "#C07A3C"), grass(c, 100, 1100, 1030, 80, 60)


def straw_nest(c, x, y, w):
    c.shadow(x, y + 20, w * .5, w * .12)
    c.add(f'<ellipse cx="{x}" cy="{y}" rx="{w * .47}" ry="{w * .15}" fill="#A5854A"/>')
    for _ in range(150):
        a, r = c.rng.uniform(0, math.tau), c.rng.random() ** .5 * .44
        px, py, t = x + math.cos(a) * w * r, y + math.sin(a) * w * .3 * r, c.rng.uniform(0, 3.1)
        c.add(f'<path d="M{px - math.cos(t) * 50:.0f},{py - math.sin(t) * 14:.0f}q50,-10 {math.cos(t) * 100:.0f},{math.sin(t) * 28:.0f}" stroke="{c.rng.choice(("#D9BC7C", "#B99654", "#E9D5A2", "#8E7038"))}" stroke-width="5" fill="none" stroke-linecap="round"/>')
    for k in range(230):
        a, r = c.rng.uniform(0, math.tau), c.rng.uniform(.78, 1.06)
        px, py = x + math.cos(a) * w * .5 * r, y + math.sin(a) * w * .16 * r - (0 if math.sin(a) > 0 else 10)
        t = a + math.pi / 2 + c.rng.uniform(-.5, .5)
        ln = c.rng.uniform(40, 110)
        c.add(f'<path d="M{px - math.cos(t) * ln / 2:.0f},{py - math.sin(t) * ln * .2:.0f}Q{px:.0f},{py - 14:.0f} {px + math.cos(t) * ln / 2:.0f},{py + math.sin(t) * ln * .2:.0f}" stroke="{c.rng.choice(("#D9BC7C", "#B99654", "#E9D5A2", "#9C7B40"))}" stroke-width="5" fill="none" stroke-linecap="round"/>')


def eggs_1(c):
    table(c, "#F1E9D8"), straw_nest(c, 600, 900, 860)
    for x, y, a, t in ((400, 800, -16, "#E3BE96"), (560, 770, 8, "#EBD0AE"), (730, 780, 14, "#D9AE84"), (850, 830, 30, "#E8C7A0"),
                       (480, 880, -8, "#EAD6BC"), (640, 890, 4, "#DDB48A"), (770, 900, 18, "#EDDCC6")):
        egg(c, x, y, 88, t, a)
    for _ in range(60):
        x, y = c.rng.uniform(220, 980), c.rng.uniform(985, 1040)
        c.add(f'<path d="M{x:.0f},{y:.0f}q50,-22 {c.rng.uniform(70, 130):.0f},{c.rng.uniform(-10, 10):.0f}" stroke="{c.rng.choice(("#D9BC7C", "#B99654", "#E9D5A2"))}" stroke-width="5" fill="none" stroke-linecap="round"/>')


def konjac_tofu_1(c):
    table(c, "#E5E6DC"), board(c, 600, 1030, 940, colour="#A98258")
    slab(c, 250, 945, 420, 210, 230, "#A9A89A", "#BDBBAD", "#4E4C42", .45)
    for k in range(4):
        slab(c, 800 + k * 44, 965, 30, 190, 190, "#A9A89A", "#C6C4B6", "#4E4C42", .4)


def konjac_tofu_2(c):
    table(c, "#E5E6DC"), corm(c, 410, 960, 270), bowl(c, 850, 1010, 440, lambda x, y, rx, ry: [slab(c, x - 150 + (k % 3) * 95, y + 22 - (k // 3) * 38, 74, 54, 50, "#A9A89A", "#C2C0B2", "#4E4C42", .4) for k in range(6)], "#54695C")


def knots_1(c):
    table(c, "#E6E8DE"), bag(c, 380, 900, 380, 560, "魔芋丝结", "300 g", "#B8C4B4", TEA, brand="枣树村")

    def knots(x, y, rx, ry):
        c.add(f'<path d="M{x - rx},{y}Q{x - rx * .6},{y - 90} {x},{y - 95}T{x + rx},{y}Q{x},{y + ry * 2} {x - rx},{y}Z" fill="#C9C6B6"/>')
        for k in range(26):
            px, py = x + c.rng.uniform(-.8, .8) * rx, y - 90 * c.rng.random() + 20
            for j in range(7):
                c.add(f'<ellipse cx="{px:.0f}" cy="{py + j * 4 - 12:.0f}" rx="{44 - abs(j - 3) * 5}" ry="15" fill="none" stroke="{c.rng.choice(("#EDEBE0", "#D6D3C4", "#C3C0B0"))}" stroke-width="5" transform="rotate({c.rng.uniform(-25, 25):.0f} {px:.0f} {py:.0f})"/>')
            c.add(f'<ellipse cx="{px:.0f}" cy="{py:.0f}" rx="12" ry="22" fill="#DDDACB" stroke="#B3B09E" stroke-width="3"/>')
    bowl(c, 790, 1020, 560, knots, "#7E8F86")


def flour_1(c):
    table(c, "#ECE7DA"), bag(c, 640, 880, 380, 560, "魔芋精粉", "100 g", "#EDE6D4", TEA, brand="宏大村"), corm(c, 300, 960, 170)

    def powder(x, y, rx, ry):
        c.add(f'<path d="M{x - rx},{y + 6}Q{x - rx * .4},{y - 110} {x},{y - 118}T{x + rx},{y + 6}Q{x},{y + ry * 1.6} {x - rx},{y + 6}Z" fill="{c.rad([(0, "#FFFFFF"), (.6, "#EFEADF"), (1, "#C2B8A2")], .5, .5, .6, .36, .2)}"/>')
    bowl(c, 860, 1030, 380, powder, "#A88E66")


def wild_1(c):
    table(c, "#F5E8C8"), jar(c, 560, 940, 400, 600, ("#E8A93A", "#A8641A"), "百花蜜", "#B98F4A", "500 g", brand="天坪村")
    comb(c, 920, 1010, 300), blossoms(c, ((250, 1010), (300, 960), (210, 940)))


def blossoms(c, spots, tone="#F3E3A0"):
    for x, y in spots:
        for k in range(6):
            c.add(f'<ellipse cx="{x}" cy="{y - 20}" rx="12" ry="22" fill="{tone}" stroke="#C9A95C" stroke-width="1.2" transform="rotate({k * 60} {x} {y}) "/>')
        c.add(f'<circle cx="{x}" cy="{y}" r="12" fill="#D9962E"/>')


def wild_2(c):
    table(c, "#F5E8C8"), cloth(c, 820, "#EBDDBB")

    def pool(x, y, rx, ry):
        honey_pool(c, x, y + ry * .15, rx * 1.9)
    bowl(c, 560, 1000, 600, pool, "#F1EDE2", .42)
    dipper(c, 560, 760, 1.5), blossoms(c, ((960, 1000), (1020, 940), (920, 930)))


def cliff_1(c):
    table(c, "#EFDFC2"), jar(c, 460, 940, 340, 480, ("#B5651E", "#5E2C0C"), "崖蜜", "#5B4630", "250 g", brand="石门")
    jar(c, 810, 900, 280, 400, ("#B5651E", "#5E2C0C"), "崖蜜", "#5B4630", "250 g", brand="石门"), comb(c, 900, 1060, 260, "#B87A2A")


def walnuts_1(c):
    table(c, "#EFE4CF"), bag(c, 420, 900, 420, 620, "老树核桃", "1 kg", "#C2A06A", "#6B4A22", brand="易坪村")
    heap(c, 830, 1030, 520, 4, lambda x, y, r, a: walnut(c, x, y, r, a))


def walnuts_2(c):
    table(c, "#EFE4CF"), cloth(c, 820, "#E3D6BC")

    def fill(x, y, rx, ry):
        for k in range(3):
            for j in range(6 - k):
                walnut(c, x + (j - (5 - k) / 2) * 108, y + 26 - k * 74, 64, c.rng.uniform(-60, 60))
    bowl(c, 580, 1000, 680, fill, "#8A6A44"), kernel(c, 1000, 1020, 62, 20), walnut(c, 1050, 900, 66, -30)


def kernels_1(c):
    table(c, "#F1E6D0"), bag(c, 400, 910, 400, 600, "核桃仁", "250 g", "#D2B27C", "#6B4A22", brand="马宗村")

    def fill(x, y, rx, ry):
        for k in range(3):
            for j in range(6 - k):
                kernel(c, x + (j - (5 - k) / 2) * 82, y + 20 - k * 52, 52, c.rng.uniform(-80, 80))
    bowl(c, 830, 1020, 540, fill, "#EFEADD"), kernel(c, 540, 1050, 52, 30)


def chestnuts_1(c):
    table(c, "#EEDFC6"), bowl(c, 560, 960, 700, lambda x, y, rx, ry: [chestnut(c, x + (j - (5 - k) / 2) * 106, y + 20 - k * 78, 62, c.rng.uniform(-40, 40)) for k in range(3) for j in range(6 - k)], "#6F7F6A")
    scatter(c, ((930, 1040), (1040, 990), (210, 1050), (820, 1080)), lambda x, y, r, a: chestnut(c, x, y, r, a * .6), 62)


def four_1(c):
    table(c, "#F0E4D0"), box(c, 600, 990, 860, 460, 230, "#8E3F27", "岚皋四味", "茶 · 蜜 · 核桃 · 粉条", "#D9B56A")


def four_2(c):
    table(c, "#F0E4D0"), bag(c, 300, 830, 270, 430, "雨前绿茶", "", "#C9AE80"), jar(c, 580, 850, 250, 380, ("#E8A93A", "#A8641A"), "百花蜜", brand="天坪村")
    bag(c, 880, 830, 290, 450, "神仙粉条", "", "#F0E4C8", CLAY, brand="枣树村"), noodles(c, 800, 1050, 440, 120, 130)
    heap(c, 360, 1050, 330, 3, lambda x, y, r, a: walnut(c, x, y, r, a))


def pair_1(c):
    table(c, "#E9E5D2"), box(c, 455, 860, 660, 430, 180, NIGHT, "双罐茶礼", "", "#C9A55C")
    tin(c, 800, 1020, 220, 350, GREEN, "明前绿茶", "", lid="#1E4A36"), tin(c, 1020, 1045, 205, 330, RUST, "工夫红茶", "", lid="#6B2E1C")


def pair_2(c):
    table(c, "#E9E5D2"), cloth(c, 820, "#E1DFC8"), tin(c, 430, 960, 310, 520, GREEN, "明前绿茶", "125 g"), tin(c, 800, 960, 310, 520, RUST, "工夫红茶", "125 g", lid="#6B2E1C")


def sh_gift_1(c):
    table(c, "#EAE8D3"), box(c, 600, 770, 760, 400, 160, "#55683F", "石斛三样", "", "#D9C07A", brand="四村合作")
    for x, kind, t, col in ((390, "coil", "枫斗", ("#B5A868", "#7E7340")), (630, "flower", "石斛花", ("#E9E2A6", "#BDB168")), (870, "slice", "冻干片", ("#D5D89A", "#9AA45E"))):
        jar(c, x, 1050, 205, 310, col, t, "#B98F4A", "", in_jar(kind)(c), brand="石斛")


def sh_gift_2(c):
    table(c, "#EAE8D3"), cloth(c, 830, "#E6E3D2"), box(c, 600, 880, 780, 440, 210, "#55683F", "石斛三样", "", "#D9C07A", brand="四村合作")
    for k in range(4):
        stem(c, 220, 1060 - k * 14, 560, -5 + k * 2, 22, leafy=2 if k == 1 else 0)
    flower(c, 920, 1030, 54, 20), flower(c, 1010, 990, 44, 50)


SCENES = {
    "tea-mingqian-1": mingqian_1, "tea-mingqian-2": mingqian_2, "tea-danya-1": danya_1, "tea-danya-2": danya_2,
    "tea-yuqian-1": yuqian_1, "tea-yuqian-2": yuqian_2, "tea-chaoqing-1": chaoqing_1, "tea-chaoqing-2": chaoqing_2,
    "tea-red-1": red_1, "tea-red-2": red_2, "tea-bags-1": bags_1, "tea-bags-2": bags_2,
    "dendrobium-fresh-1": fresh_1, "dendrobium-fresh-2": fresh_2, "dendrobium-fengdou-1": fengdou_1, "dendrobium-fengdou-2": fengdou_2,
    "dendrobium-flower-1": flower_1, "dendrobium-flower-2": flower_2, "vermicelli-shenxian-1": shenxian_1, "vermicelli-shenxian-2": shenxian_2,
    "vermicelli-wide-1": wide_1, "tofu-smoked-1": smoked_1, "tofu-smoked-2": smoked_2, "tofu-five-spice-1": spice_1,
    "chicken-whole-1": chicken_1, "chicken-whole-2": chicken_2, "eggs-1": eggs_1, "konjac-tofu-1": konjac_tofu_1, "konjac-tofu-2": konjac_tofu_2,
    "konjac-knots-1": knots_1, "konjac-flour-1": flour_1, "honey-wild-1": wild_1, "honey-wild-2": wild_2, "honey-cliff-1": cliff_1,
    "walnuts-1": walnuts_1, "walnuts-2": walnuts_2, "walnut-kernels-1": kernels_1, "chestnuts-1": chestnuts_1,
    "gift-four-tastes-1": four_1, "gift-four-tastes-2": four_2, "gift-tea-pair-1": pair_1, "gift-tea-pair-2": pair_2,
    "gift-dendrobium-1": sh_gift_1, "gift-dendrobium-2": sh_gift_2,
}


def cat_tea(c):
    table(c, "#E6EADB"), bowl(c, 600, 980, 700, lambda x, y, rx, ry: leaves(c, x, y, rx, ry, 360, size=52, height=130), "#D8CDB0"), sprig(c, 930, 1040, 1.5, 66)


def cat_vermicelli(c):
    table(c, "#F0E6CF"), noodles(c, 600, 860, 760, 210), noodles(c, 600, 1030, 900, 250)


def cat_konjac(c):
    table(c, "#E5E6DC"), corm(c, 600, 1010, 350)


def cat_honey(c):
    table(c, "#F5E8C8"), jar(c, 600, 1020, 430, 640, ("#E8A93A", "#A8641A"), "蜂蜜", "#B98F4A", brand="岚皋")


def cat_nuts(c):
    table(c, "#EFE4CF"), heap(c, 600, 1040, 800, 4, lambda x, y, r, a: walnut(c, x, y, r, a))


def cat_tofu(c):
    table(c, "#EFE0C8"), board(c, 600, 1040, 920), slab(c, 240, 960, 360, 140, 190, "#8A5527", "#A5703A")
    for k in range(4):
        slab(c, 760 + k * 56, 965 - k * 5, 30, 140, 180, "#8A5527", "#EAD7AE", strength=.3)


SCENES |= {
    "category-tea": cat_tea, "category-dendrobium": fresh_2, "category-vermicelli": cat_vermicelli, "category-tofu": cat_tofu,
    "category-poultry": chicken_1, "category-konjac": cat_konjac, "category-honey": cat_honey, "category-nuts": cat_nuts,
    "category-gift-boxes": four_1,
}


def canvas(name, scene):
    c = Canvas(1200, 1200, name)
    scene(c)
    c.view = (50, 140, 1100, 1100)
    if name.startswith("category-"):
        c.pixels = (800, 800)
    return c
