"""Pillow: `pillow.py SIZE OUT < PATHS` decodes and resizes on one core; pixels go to OUT, processor seconds to standard output."""

import sys
import time

from PIL import Image, ImageOps

SIZE, OUT = int(sys.argv[1]), sys.argv[2]
paths = sys.stdin.read().splitlines()


def read(path):
    image = ImageOps.exif_transpose(Image.open(path))
    if image.mode in ("RGBA", "LA") or "transparency" in image.info:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image.convert("RGB").resize((SIZE, SIZE), Image.BILINEAR).tobytes()


for path in paths[:100]:
    read(path)
start = time.process_time()
pixels = [read(path) for path in paths]
seconds = time.process_time() - start
with open(OUT, "wb") as file:
    file.write(b"".join(pixels))
print(seconds)
