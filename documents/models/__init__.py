"""What is kept of files, and of what they are parts of."""

from documents.models.documents import Document, DocumentRead, DocumentVersion, Folder, PdfPage, PdfPreview
from documents.models.faces import FaceSearch
from documents.models.files import StoredFile, is_stuck
from documents.models.forms import FormAnswer, FormChild, PaperForm
from documents.models.room import RoomLimit
from documents.models.state import FileCheck, SizesRun
from documents.models.tags import BlurredCopy, PictureTag, Renewal
from documents.models.uploads import Upload

__all__ = [
    "BlurredCopy",
    "Document",
    "DocumentRead",
    "DocumentVersion",
    "FaceSearch",
    "FileCheck",
    "Folder",
    "FormAnswer",
    "FormChild",
    "PaperForm",
    "PdfPage",
    "PdfPreview",
    "PictureTag",
    "Renewal",
    "RoomLimit",
    "SizesRun",
    "StoredFile",
    "Upload",
    "is_stuck",
]
