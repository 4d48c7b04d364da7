"""Reads an SVG on stdin with an XML parser of its own and prints what it shows, a line a mark.

Refuses (exit 1) what is not well formed, and any element or attribute that a figure has no use for:
scripts, styles, links, event handlers, anything of another namespace.
"""

import sys
import xml.etree.ElementTree

SVG = "{http://www.w3.org/2000/svg}"
ELEMENTS = {"svg", "title", "desc", "rect", "line", "circle", "text", "tspan"}
ATTRIBUTES = {"viewBox", "width", "height", "role", "aria-labelledby", "font-family", "font-size", "font-weight",
              "fill", "id", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "stroke", "stroke-width",
              "text-anchor", "{http://www.w3.org/XML/1998/namespace}lang"}

root = xml.etree.ElementTree.fromstring(sys.stdin.buffer.read())
width, height = (float(root.get(name)) for name in ("width", "height"))
for element in root.iter():
    name = element.tag.removeprefix(SVG)
    if not element.tag.startswith(SVG) or name not in ELEMENTS:
        sys.exit(f"element {element.tag}")
    for attribute, value in element.attrib.items():
        if attribute not in ATTRIBUTES or ":" in value:
            sys.exit(f"attribute {attribute}")
        if attribute in ("x", "x1", "x2", "cx") and not 0 <= float(value) <= width:
            sys.exit(f"{name} outside")
        if attribute in ("y", "y1", "y2", "cy", ) and not 0 <= float(value) <= height:
            sys.exit(f"{name} outside")

print("title", root.find(SVG + "title").text)
print("desc", root.find(SVG + "desc").text)
for element in root.iter():
    title = element.find(SVG + "title")
    if element is root or title is None:
        if element.tag == SVG + "text":
            print("text", element.text)
        continue
    kind = element.tag.removeprefix(SVG)
    if kind == "rect":
        print("rect", element.get("x"), element.get("y"), element.get("width"), element.get("height"), title.text)
    elif kind == "circle":
        print("circle", element.get("cx"), element.get("cy"), title.text)
    else:
        print("absent", title.text)
