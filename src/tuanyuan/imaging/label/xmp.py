"""The XMP packet around the label: property `TC260:AIGC` (XMP part 1; TC260-PG-20259A, image guide)."""

from __future__ import annotations

from xml.parsers import expat
from xml.sax.saxutils import escape

NAMESPACE = "http://www.tc260.org.cn/ns/AIGC/1.0/"
_PROPERTY = f"{NAMESPACE} AIGC"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_TEMPLATE = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="{rdf}">'
    '<rdf:Description rdf:about="" xmlns:TC260="{namespace}">'
    "<TC260:AIGC>{payload}</TC260:AIGC>"
    "</rdf:Description></rdf:RDF></x:xmpmeta>"
    '<?xpacket end="r"?>'
)


def packet(payload: str) -> bytes:
    """A whole packet in UTF-8 whose only property is the label `payload`."""
    quoted = escape(payload, {'"': "&quot;"})
    return _TEMPLATE.format(rdf=_RDF, namespace=NAMESPACE, payload=quoted).encode()


def payloads(xmp: bytes) -> list[str]:
    """Every label in the packet, written as element or as attribute; empty where the packet is no XML.

    A document type is refused: it is of no use in XMP, and the way in for entity bombs.
    """
    found: list[str] = []
    text: list[str] | None = None

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal text
        if _PROPERTY in attributes:
            found.append(attributes[_PROPERTY])
        if name == _PROPERTY:
            text = []

    def end(name: str) -> None:
        nonlocal text
        if name == _PROPERTY and text is not None:
            found.append("".join(text))
            text = None

    def characters(piece: str) -> None:
        if text is not None:
            text.append(piece)

    def doctype(*_: object) -> None:
        raise ValueError("XMP has no document type")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = characters, doctype
    try:
        parser.Parse(xmp.rstrip(b"\0"), True)
    except (expat.ExpatError, ValueError):
        return []
    return found
