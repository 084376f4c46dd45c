"""A document inside a message. No Django."""

from dataclasses import dataclass

# Types a browser may be told of: it shows or saves them and runs nothing in them. Anything else is plain bytes to it.
SAFE_TYPES = {
    "application/pdf": "pdf",
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "image/tiff": "tif",
    "text/plain": "txt",
    "text/rtf": "rtf",
    "application/rtf": "rtf",
    "application/msword": "doc",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "text/xml": "xml",
    "application/xml": "xml",
}


@dataclass(frozen=True)
class MessageDocument:
    """A document a message carries. `media_type`: as the sender says; `content`: its bytes."""

    title: str
    media_type: str
    content: bytes

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return len(self.content)

    @property
    def ending(self) -> str:
        """How the name of its file ends, without the dot."""
        return SAFE_TYPES.get(self.media_type.split(";")[0].strip().lower(), "bin")
