"""What is kept of files, and of what they are parts of."""

from documents.models.files import StoredFile, is_stuck
from documents.models.forms import FormAnswer, FormChild, PaperForm
from documents.models.tags import BlurredCopy, PictureTag

__all__ = ["BlurredCopy", "FormAnswer", "FormChild", "PaperForm", "PictureTag", "StoredFile", "is_stuck"]
