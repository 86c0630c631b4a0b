"""Reads QR codes as a scanner does, with zxing-cpp.

    codes.py page BROWSER URL…  the one code of each page, as the browser shows it at a phone's width, light and dark
    codes.py paths FILE         for each line "SIDE PATH" of the file: what the drawing says, as the page draws it

Prints one line of JSON for each: what was read, or null.
"""
import base64
import json
import re
import struct
import sys
import zlib

import chrome
import zxingcpp

SCALE = 4


def read(width, height, pixels):
    view = memoryview(bytes(pixels)).cast("B", (height, width))
    found = zxingcpp.read_barcodes(view, formats=zxingcpp.BarcodeFormat.QRCode)
    return found[0].text if len(found) == 1 else None


def drawn(side, path):
    """The pixels of a drawing: rectangles one module high."""
    size = side * SCALE
    pixels = bytearray(b"\xff") * (size * size)
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", path):
        x, y, width = int(x) * SCALE, int(y) * SCALE, int(width) * SCALE
        for row in range(y, y + SCALE):
            pixels[row * size + x:row * size + x + width] = bytes(width)
    return size, size, pixels


def grey(png):
    """The pixels of a PNG of 8 bits in RGB or RGBA, not interlaced: what browsers write."""
    at, data = 8, b""
    while at < len(png):
        count, kind = struct.unpack(">I4s", png[at:at + 8])
        body = png[at + 8:at + 8 + count]
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack(">IIBB", body[:10])
        elif kind == b"IDAT":
            data += body
        at += 12 + count
    assert depth == 8 and colour in (2, 6), (depth, colour)
    step = 3 if colour == 2 else 4
    raw, stride = zlib.decompress(data), width * step
    above, pixels = bytearray(stride), bytearray()
    for row in range(height):
        start = row * (stride + 1)
        way, line = raw[start], bytearray(raw[start + 1:start + 1 + stride])
        for i in range(stride):
            left = line[i - step] if i >= step else 0
            corner = above[i - step] if i >= step else 0
            up = above[i]
            if way == 1:
                line[i] = (line[i] + left) & 255
            elif way == 2:
                line[i] = (line[i] + up) & 255
            elif way == 3:
                line[i] = (line[i] + (left + up) // 2) & 255
            elif way == 4:
                guess = left + up - corner
                near = min((abs(guess - left), 0, left), (abs(guess - up), 1, up),
                           (abs(guess - corner), 2, corner))[2]
                line[i] = (line[i] + near) & 255
        pixels += bytes(
            (line[i] * 3 + line[i + 1] * 6 + line[i + 2]) // 10 for i in range(0, stride, step))
        above = line
    return width, height, pixels


def pages(program, urls):
    browser = chrome.Chrome(program)
    try:
        page = browser.page(width=390, height=800)
        for url in urls:
            for scheme in ("light", "dark"):
                page.send("Emulation.setEmulatedMedia", features=[
                    {"name": "prefers-color-scheme", "value": scheme}])
                page.go(url)
                picture = page.send("Page.captureScreenshot", captureBeyondViewport=True)["data"]
                print(json.dumps(read(*grey(base64.b64decode(picture)))))
                wide = page.evaluate("document.documentElement.scrollWidth")
                if wide > 390:
                    raise chrome.Failed(f"the page is {wide} pixels wide on a phone")
    finally:
        browser.close()


if sys.argv[1] == "page":
    pages(sys.argv[2], sys.argv[3:])
else:
    with open(sys.argv[2]) as file:
        for line in file:
            side, path = line.rstrip("\n").split(" ", 1)
            print(json.dumps(read(*drawn(int(side), path))))
