"""What is kept of files, and of what they are parts of."""

from documents.models.files import StoredFile, is_stuck

__all__ = ["StoredFile", "is_stuck"]
