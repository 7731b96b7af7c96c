"""The XMP packet around the label: property `TC260:AIGC` (XMP part 1; TC260-PG-20259A, image guide)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

NAMESPACE = "http://www.tc260.org.cn/ns/AIGC/1.0/"
_PROPERTY = f"{NAMESPACE} AIGC"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_TEMPLATE = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="{rdf}">'
    '<rdf:Description rdf:about="" xmlns:TC260="{namespace}"{attributes}>'
    "<TC260:AIGC>{payload}</TC260:AIGC>{elements}"
    "</rdf:Description></rdf:RDF></x:xmpmeta>"
    '<?xpacket end="r"?>'
)


@dataclass(frozen=True)
class Properties:
    """What a packet says beside the label.

    `namespaces`: prefix to address. `simple`: properties with their prefix, and their values. `elements`: the
    structured ones, XML in these namespaces and `rdf`.
    """

    namespaces: Mapping[str, str] = field(default_factory=dict)
    simple: Mapping[str, str] = field(default_factory=dict)
    elements: str = ""


def packet(payload: str, others: Properties | None = None) -> bytes:
    """A whole packet in UTF-8 whose only property is the label `payload`, but for `others`."""
    others = others or Properties()
    attributes = {f"xmlns:{prefix}": address for prefix, address in others.namespaces.items()} | dict(others.simple)
    written = "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items())
    return _TEMPLATE.format(
        rdf=_RDF,
        namespace=NAMESPACE,
        payload=escape(payload, {'"': "&quot;"}),
        attributes=written,
        elements=others.elements,
    ).encode()


def payloads(xmp: bytes) -> list[str]:
    """Every label in the packet, written as element or as attribute; empty where the packet is no XML."""
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

    return found if _parsed(xmp, start, end, characters) else []


def attributes(xmp: bytes) -> list[dict[str, str]]:
    """The attributes of each element that has some, by "namespace name"; empty where the packet is no XML."""
    found: list[dict[str, str]] = []

    def start(_: str, attributes: dict[str, str]) -> None:
        if attributes:
            found.append(attributes)

    return found if _parsed(xmp, start) else []


def _parsed(
    xmp: bytes,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None] | None = None,
    characters: Callable[[str], None] | None = None,
) -> bool:
    """True where the packet is sound XML.

    A document type is refused: it is of no use in XMP, and the way in for entity bombs.
    """

    def doctype(*_: object) -> None:
        raise ValueError("XMP has no document type")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = characters, doctype
    try:
        parser.Parse(xmp.rstrip(b"\0"), True)
    except (expat.ExpatError, ValueError):
        return False
    return True
