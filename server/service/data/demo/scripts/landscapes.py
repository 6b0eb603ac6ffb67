"""One scene for each village."""
from draw import Canvas, mix, wave
from scenes import (backdrop, bamboo, birds, boat, field, hen_small, hives, house, meadow, mist, racks, river, sheds,
                    terraces, tree, woods)

GREEN, DEEP = "#8FAE77", "#3F6B45"


def ground(c, y, amp=24, top=GREEN, deep=DEEP):
    field(c, wave(c.rng, c.w, y, amp, 60, .5), top, deep)


def ferry(c):
    backdrop(c, "morning", 470)
    ground(c, 500, 16, "#A9BE92", "#6C8F63")
    woods(c, 520, 9, .5, "#5D8757", 0, 420)
    house(c, 200, 560, .8), house(c, 330, 552, .62, flip=True)
    river(c, [(505, 900, 40), (560, 820, 90), (650, 760, 190), (760, 700, 330), (930, 640, 560)])
    terraces(c, 640, 900, 6, slope=-160, bend=20, x0=-80, x1=330)
    boat(c, 760, 730, 1.15)
    mist(c, 520, 16, .5), birds(c, 760, 190)


def tea_slope(c, light="morning", slope=120, houses=((900, 470, .6), (990, 482, .5))):
    backdrop(c, light, 430)
    ground(c, 470, 30, "#A3BB85", "#4C7A4C")
    for x, y, s in houses:
        house(c, x, y, s)
    woods(c, 486, 7, .45, "#4F7D4D", 620, 1200)
    terraces(c, 500, 905, 8, slope=slope, bend=44)
    mist(c, 480, 15, .55)


def bees(c, light, cliff=False, autumn=False):
    backdrop(c, light, 500)
    if cliff:
        for x0, x1, top, tone in ((-20, 330, 60, "#8C8F80"), (900, 1230, 120, "#7E8577")):
            pts = [(x0 + (x1 - x0) * k / 8, top + (120 if k in (0, 8) else 0) + c.rng.uniform(-26, 40)) for k in range(9)]
            d = "M" + "L".join(f"{x:.0f},{y:.0f}" for x, y in pts) + f"L{x1 + 50},900L{x0 - 50},900Z"
            c.add(f'<g filter="{c.rough(16, .02, 4)}"><path d="{d}" fill="{c.lin([(0, mix(tone, "#EFE7D2", .45)), (1, mix(tone, "#2E3D30", .45))])}"/>')
            for _ in range(42):
                sx, sy = c.rng.uniform(x0, x1), c.rng.uniform(top + 90, 640)
                c.add(f'<path d="M{sx:.0f},{sy:.0f}l{c.rng.uniform(-16, 16):.0f},{c.rng.uniform(40, 130):.0f}" stroke="{c.rng.choice(("#4B5548", "#D8D2BC", "#5F6A58"))}" stroke-width="{c.rng.uniform(2, 7):.0f}" opacity=".3"/>')
            c.add("</g>")
    ground(c, 590, 24, "#A8B77C" if not autumn else "#C2B36C", "#55743F")
    woods(c, 612, 8, .8, "#5F8450" if not autumn else "#A88A3E", 40, 1160)
    hives(c, 250, 770, 8, 1.05)
    meadow(c, 650, ("#F4E3A0", "#E8C75C", "#F7F2DE", "#C9A0B8"))


def dendro(c, light, n=5, y=700, extra=None):
    backdrop(c, light, 470)
    ground(c, 540, 26, "#9CB584", "#547C50")
    woods(c, 570, 12, .75, "#4C7B50")
    sheds(c, 110, y, n, 1.05)
    ground(c, y + 24, 10, "#7FA06A", "#3F6B45")
    if extra:
        extra(c)
    mist(c, 500, 16, .55)
    meadow(c, y + 60, ("#DCE6B6", "#F1EBCB", "#A9C48A"), 150)


def drying(c):
    backdrop(c, "clear", 470)
    ground(c, 520, 18, "#B7BD8B", "#7E8F58")
    woods(c, 545, 6, .6, "#6D8A55", 500, 1200)
    house(c, 960, 610, 1.3), house(c, 760, 592, .9, flip=True)
    ground(c, 640, 10, "#D9C99E", "#B79F6C")
    racks(c, 70, 600, 3, 1.3)


def hens(c, light, trees="#5C8550"):
    backdrop(c, light, 470)
    ground(c, 540, 24, "#A3B77C", "#5D7F4A")
    woods(c, 590, 13, 1.05, trees)
    house(c, 900, 640, .95)
    ground(c, 680, 14, "#9DB070", "#52733F")
    tree(c, 130, 800, 2.2, trees), tree(c, 1090, 830, 1.9, trees)
    for x, y, s, col, f in ((330, 770, 1.5, "#B5713A", 1), (470, 810, 1.7, "#8F5530", -1), (620, 764, 1.35, "#C78A4A", 1),
                            (760, 820, 1.75, "#5E4634", 1), (880, 776, 1.45, "#B5713A", -1)):
        hen_small(c, x, y, s, col, f)
    meadow(c, 700, ("#C9D69A", "#E9E3B0"), 90)


def smokehouse(c):
    backdrop(c, "dusk", 480)
    ground(c, 530, 20, "#B3AE7C", "#76804F")
    woods(c, 560, 9, .8, "#5C7648")
    house(c, 420, 660, 1.9), house(c, 760, 640, 1.4, flip=True)
    for k in range(7):
        c.add(f'<ellipse cx="{500 + k * 30}" cy="{520 - k * 52}" rx="{26 + k * 13}" ry="{20 + k * 9}" fill="#F6F1E4" opacity="{.5 - k * .05}" filter="{c.blur(14)}"/>')
    ground(c, 690, 10, "#CDBB8C", "#8D8455")
    bamboo(c, 960, 860, 460)
    terraces(c, 740, 910, 4, bend=14, light="#C3C678", mid="#8B9A4C", dark="#4D6233", x0=-60, x1=820)


def ridge_trees(c, light, colour, fruit):
    backdrop(c, light, 520, amp=95)
    ground(c, 600, 40, "#B4B97E", "#62804A")
    house(c, 860, 640, .8)
    for x, y, s in ((160, 740, 2.1), (430, 690, 1.6), (640, 770, 2.2), (1010, 760, 2.0)):
        tree(c, x, y, s, colour, spread=1.25)
    meadow(c, 720, fruit, 170)
    mist(c, 560, 16, .5)


def flats(c, light, rows=6):
    backdrop(c, light, 430)
    ground(c, 480, 10, "#C9C58C", "#93A15E")
    river(c, [(470, 300, 60), (520, 380, 80), (600, 300, 110), (720, 120, 180), (900, -60, 300)])
    woods(c, 500, 6, .5, "#6F8D58", 560, 1180)
    house(c, 820, 545, .85), house(c, 980, 556, .7, flip=True), house(c, 690, 534, .6)
    terraces(c, 590, 905, rows, slope=-60, bend=10, light="#EAD878", mid="#B9B355", dark="#6E7E3C", x0=480, x1=1260, x0_end=330)
    birds(c, 300, 200)


def high_konjac(c):
    backdrop(c, "rain", 500, layers=6, amp=120)
    ground(c, 580, 46, "#98B088", "#4A7350")
    house(c, 330, 622, .95)
    bamboo(c, 1010, 860, 430, 6)
    terraces(c, 650, 910, 5, slope=80, bend=34, light="#A9C9A0", mid="#55866A", dark="#28513F", x1=1000)
    mist(c, 560, 24, .7)


def lakeside(c):
    backdrop(c, "clear", 400)
    c.add(f'<rect y="430" width="{c.w}" height="470" fill="{c.lin([(0, "#E9EEE4"), (.3, "#C3D4CE"), (1, "#7FA39A")])}"/>')
    for k in range(26):
        x, y = c.rng.uniform(0, 1200), c.rng.uniform(450, 640)
        c.add(f'<path d="M{x:.0f},{y:.0f}h{c.rng.uniform(50, 190):.0f}" stroke="#FBFAF1" stroke-width="2.4" opacity=".5" stroke-linecap="round"/>')
    boat(c, 330, 540, .6)
    ground(c, 690, 60, "#9DB77C", "#47734A")
    terraces(c, 710, 910, 5, slope=-150, bend=36)
    mist(c, 436, 14, .7)


VILLAGES = {
    "zuolong-cun": ferry,
    "tayuan": lambda c: tea_slope(c, "morning", 150),
    "luanshigou": lambda c: bees(c, "morning"),
    "lazhu": lambda c: dendro(c, "morning"),
    "jinzhugou": lambda c: dendro(c, "clear", 4, 680, lambda k: river(k, [(690, 930, 30), (760, 990, 60), (900, 1060, 150)])),
    "zaoshu": drying,
    "xinxi": lambda c: hens(c, "clear"),
    "huaxing": smokehouse,
    "mazong": lambda c: dendro(c, "dusk", 3, 720, lambda k: (tree(k, 930, 800, 2.2, "#6D8A4A"), tree(k, 1090, 780, 1.7, "#7C8F4A"))),
    "duba": lambda c: flats(c, "clear"),
    "hongda": high_konjac,
    "tianping": lambda c: bees(c, "clear"),
    "yiping": lambda c: ridge_trees(c, "autumn", "#8A9444", ("#E9D9A0", "#B88A4A", "#7A5B32")),
    "chayuan": lambda c: tea_slope(c, "rain", -130, ((240, 476, .7), (340, 486, .55), (160, 490, .5))),
    "cheping": lambda c: hens(c, "autumn", "#8C8F46"),
    "longbanying": lambda c: ridge_trees(c, "dusk", "#A8813C", ("#C98F3C", "#8A5A2A", "#EBDDA8")),
    "yuechitai": lakeside,
    "longxing": lambda c: flats(c, "autumn", 7),
    "erpa": lambda c: tea_slope(c, "clear", -60, ((620, 480, .75), (730, 492, .6), (520, 494, .6), (840, 500, .5))),
    "yuejing": lambda c: bees(c, "dusk", cliff=True),
}


def village(slug):
    c = Canvas(1200, 900, "village " + slug)
    VILLAGES[slug](c)
    return c
