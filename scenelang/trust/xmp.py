"""What picture programs read: the IPTC's digital source type, as XMP, in mp4, mov, png and gif."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

SOURCE_TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/"
UUID = bytes.fromhex("BE7ACFCB97A942E89C71999491E3AFAC")

_PACKET = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    Iptc4xmpExt:DigitalSourceType="{type}"
    xmp:CreatorTool="{tool}"/>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"""


def packet(source_type: str, tool: str) -> bytes:
    """The XMP packet; `source_type` is the last word of the IPTC's address, such as algorithmicMedia."""
    return _PACKET.format(type=SOURCE_TYPES + source_type, tool=tool).encode()


def add_xmp(path: Path, xmp: bytes) -> None:
    """Puts the packet into a movie or picture of ours, in place: before it is signed."""
    suffix = path.suffix.lower()
    if suffix in (".mp4", ".mov"):
        with path.open("ab") as file:  # behind the pictures: no other place in the file moves
            file.write(struct.pack(">I4s", 8 + 16 + len(xmp), b"uuid") + UUID + xmp)
    elif suffix == ".png":
        path.write_bytes(in_png(path.read_bytes(), xmp))
    elif suffix == ".gif":
        path.write_bytes(_in_gif(path.read_bytes(), xmp))


def in_png(data: bytes, xmp: bytes) -> bytes:
    """A PNG with the packet as a text chunk behind its header."""
    body = b"iTXtXML:com.adobe.xmp\0\0\0\0\0" + xmp
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    end = 8 + 12 + 13  # the signature and the header's chunk
    return data[:end] + chunk + data[end:]


def _in_gif(data: bytes, xmp: bytes) -> bytes:
    # Adobe's trick: the packet stands there plainly, and the trailer ends it for readers of blocks
    trailer = b"\x01" + bytes(range(255, -1, -1)) + b"\0"
    block = b"\x21\xff\x0bXMP DataXMP" + xmp + trailer
    assert data.endswith(b";")
    return data[:-1] + block + b";"
