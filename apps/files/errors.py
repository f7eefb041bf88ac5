"""What the files refuse."""

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from apps.core.errors import DomainError


class FileRefusedError(DomainError):
    """The file is of a kind that is not taken. Source: the contract, 1.8, answers 400."""

    reason = "files.type"
    status = HTTPStatus.BAD_REQUEST
    message = _("Files of the type “%(extension)s” are not taken. Choose one of: %(allowed)s.")


class FileContentError(DomainError):
    """The content is not what the name says."""

    reason = "files.content"
    status = HTTPStatus.BAD_REQUEST
    message = _("The content is not that of a file of the type “%(extension)s”.")


class FileEmptyError(DomainError):
    """There is nothing in it."""

    reason = "files.empty"
    status = HTTPStatus.BAD_REQUEST
    message = _("The file is empty.")


class FileTooLargeError(DomainError):
    """The file is larger than its kind may be."""

    reason = "files.too_large"
    status = HTTPStatus.BAD_REQUEST
    message = _("The file is too large; at most %(megabytes)s MB are taken.")


class PictureTooLargeError(DomainError):
    """The picture has too many points."""

    reason = "files.too_many_pixels"
    status = HTTPStatus.BAD_REQUEST
    message = _("The picture has too many points. Make it smaller and try again.")


class QuotaError(DomainError):
    """The user's room is full."""

    reason = "files.quota"
    message = _("There is not enough room left: %(left)s MB. Delete files, and empty the bin.")


class NameTakenError(DomainError):
    """The folder has something of this name."""

    reason = "files.name_taken"
    message = _("“%(name)s” exists already in this folder.")


class FolderCycleError(DomainError):
    """The folder would come to lie inside itself."""

    reason = "files.cycle"
    message = _("A folder cannot be put into itself.")


class TooDeepError(DomainError):
    """Too many folders inside each other."""

    reason = "files.too_deep"
    message = _("Folders can lie at most %(depth)s deep.")


class TooManyError(DomainError):
    """More files than one call may take."""

    reason = "files.too_many"
    message = _("These are too many files at once. Take at most %(number)s.")


class FolderGoneError(DomainError):
    """The folder that a row came from is in the bin, or gone."""

    reason = "files.folder_gone"
    message = _("Its folder is gone. Restore the folder first, or choose another one.")


class NoFileError(DomainError):
    """A folder has no content to send."""

    reason = "files.no_file"
    message = _("This is a folder; download the files in it.")


class PartsMissingError(DomainError):
    """The upload is not whole yet."""

    reason = "files.parts_missing"
    message = _("Parts are missing: %(parts)s.")


class ChecksumError(DomainError):
    """The bytes are not those that were announced."""

    reason = "files.checksum"
    status = HTTPStatus.BAD_REQUEST
    message = _("The checksum does not match: something was lost on the way. Send it again.")


class StorageGoneError(DomainError):
    """The bytes cannot be read or written now."""

    reason = "files.storage_gone"
    status = HTTPStatus.SERVICE_UNAVAILABLE
    message = _("The storage of the files does not answer. Try again in a moment.")
