"""Draws the photo of a certificate of farm produce into ../pictures. Usage: make_certificate.py (needs Pillow, Noto Serif CJK)."""
import pathlib

from PIL import Image, ImageDraw, ImageFont

OUT = pathlib.Path(__file__).resolve().parent.parent / "pictures" / "certificate-farm-produce.webp"
FONT = "/usr/share/fonts/opentype/noto/NotoSerifCJK-Bold.ttc"
INK, RULE, RED, PAPER, TABLE = (40, 44, 42), (150, 158, 150), (170, 52, 40), (252, 250, 242), (176, 150, 118)
WIDTH, HEIGHT = 1080, 1440


def font(size):
    return ImageFont.truetype(FONT, size)


def rows():
    """Left blank where a real one names people and goods: this one stands for all of the demonstration."""
    return [
        ("食用农产品名称", "（示例）"),
        ("数量（重量）", "见包装标签"),
        ("产地", "陕西省安康市岚皋县"),
        ("开具日期", "见批次页面"),
        ("生产者", "示例村集体经济组织"),
        ("联系方式", "0915-0000000"),
    ]


def paper():
    sheet = Image.new("RGB", (900, 1220), PAPER)
    draw = ImageDraw.Draw(sheet)
    draw.rectangle((30, 30, 870, 1190), outline=RED, width=4)
    draw.text((450, 120), "承诺达标合格证", font=font(76), fill=RED, anchor="mm")
    draw.text((450, 200), "演示用样张", font=font(30), fill=RULE, anchor="mm")
    draw.text((80, 270), "我承诺对生产销售的食用农产品：", font=font(32), fill=INK)
    for line, text in enumerate(
        ["不使用禁用农药兽药、停用兽药和非法添加物", "常规农药兽药残留不超标", "对承诺的真实性负责"]
    ):
        y = 340 + line * 58
        draw.rectangle((84, y + 6, 112, y + 34), outline=INK, width=3)
        draw.line((90, y + 20, 98, y + 30, 118, y - 2), fill=RED, width=5)
        draw.text((132, y), text, font=font(30), fill=INK)
    for line, (name, value) in enumerate(rows()):
        y = 560 + line * 92
        draw.text((80, y), name, font=font(30), fill=INK)
        draw.text((360, y), value, font=font(30), fill=INK)
        draw.line((350, y + 48, 820, y + 48), fill=RULE, width=2)
    return sheet


def main():
    table = Image.new("RGB", (WIDTH, HEIGHT), TABLE)
    draw = ImageDraw.Draw(table)
    for board in range(0, WIDTH, 180):
        draw.line((board, 0, board + 24, HEIGHT), fill=(154, 128, 98), width=3)
    sheet = paper().convert("RGBA").rotate(-2.2, expand=True, resample=Image.BICUBIC)
    shadow = Image.new("RGBA", sheet.size, (60, 44, 30, 90))
    at = ((WIDTH - sheet.width) // 2, (HEIGHT - sheet.height) // 2)
    table.paste(shadow, (at[0] + 14, at[1] + 16), sheet.getchannel("A").point(lambda a: a // 3))
    table.paste(sheet, at, sheet)
    table.save(OUT, "WEBP", quality=78, method=6)
    print(OUT.stat().st_size, OUT.name)


if __name__ == "__main__":
    main()
