"""Renders the demonstration pictures into ../pictures. Usage: make_pictures.py [name part …] (needs Pillow, Chromium, Noto Serif CJK)."""
import pathlib
import sys

import landscapes
from draw import render

OUT = pathlib.Path(__file__).resolve().parent.parent / "pictures"


def jobs():
    """Every picture: file name → (function returning a canvas, byte limit)."""
    result = {}
    for slug in landscapes.VILLAGES:
        result[f"village-{slug}.webp"] = (lambda s=slug: landscapes.village(s), 62_000)
    try:
        import goods_scenes
    except ImportError:
        return result
    for name, scene in goods_scenes.SCENES.items():
        result[f"{name}.webp"] = (lambda n=name, s=scene: goods_scenes.canvas(n, s), 48_000)
    return result


def main():
    OUT.mkdir(exist_ok=True)
    total = 0
    for name, (make, limit) in jobs().items():
        if not sys.argv[1:] or any(part in name for part in sys.argv[1:]):
            size = render(make(), OUT / name, limit)
            print(f"{size:7d} {name}", flush=True)
    total = sum(f.stat().st_size for f in OUT.iterdir())
    print(f"{total} bytes in {len(list(OUT.iterdir()))} files")


if __name__ == "__main__":
    main()
