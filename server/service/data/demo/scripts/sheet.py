"""A contact sheet of pictures whose name contains the given part: sheet.py OUT.png part columns width."""
import pathlib
import sys

from PIL import Image

src = pathlib.Path(__file__).resolve().parent.parent / "pictures"
files = sorted(f for f in src.iterdir() if any(p in f.name for p in sys.argv[2].split(",")))
columns, width = int(sys.argv[3]), int(sys.argv[4])
images = [Image.open(f).convert("RGB") for f in files]
images = [i.resize((width, round(i.height * width / i.width))) for i in images]
height = max(i.height for i in images)
sheet = Image.new("RGB", (columns * (width + 8), -(-len(images) // columns) * (height + 8)), "white")
for k, i in enumerate(images):
    sheet.paste(i, ((k % columns) * (width + 8), k // columns * (height + 8)))
sheet.save(sys.argv[1])
print([f.name for f in files])
