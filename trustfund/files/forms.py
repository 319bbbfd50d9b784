"""What takes a file in a form: a field for one document, which says beside itself what is wrong with it; a form that reads a whole file."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.functional import lazy
from django.utils.translation import gettext as _

from trustfund.files.kinds import DOCUMENTS, Kind
from trustfund.files.storing import check, names_of


def _help(kinds: Collection[Kind]) -> str:
    limit = filesizeformat(settings.DOCUMENT_MAX_BYTES)
    return _("%(kinds)s, up to %(limit)s.") % {"kinds": names_of(kinds), "limit": limit}


class DocumentField(forms.FileField):
    """A document of one of `kinds`, checked by its content; the cleaned value is the upload, for `store(upload, by=..., kinds=...)`."""

    def __init__(self, *, kinds: Collection[Kind] = DOCUMENTS, **kwargs: Any) -> None:
        self.kinds = kinds
        kwargs.setdefault("help_text", lazy(_help, str)(kinds))
        super().__init__(**kwargs)
        self.widget.attrs["accept"] = ",".join(ending for kind in Kind if kind in kinds for ending in kind.value.endings)

    def clean(self, data: Any, initial: Any = None) -> Any:
        upload = super().clean(data, initial)
        if upload and upload is not initial:
            check(upload, kinds=self.kinds)
        return upload


class WholeFileForm(forms.Form):
    """A form with a field `file` that is read whole and checked by its reader, which takes `MOST` bytes."""

    MOST: ClassVar[int]

    def content(self) -> bytes:
        """What was sent, one byte more than is taken at the most."""
        read: bytes = self.cleaned_data["file"].read(self.MOST + 1)
        return read
