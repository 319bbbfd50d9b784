"""Uploaded and made files: kept by a random name outside the web root, known by their content, checked before they are given out.

`from trustfund.files import store, serve, StoredFile, DOCUMENTS` (loaded when first asked for: models wait for the apps).
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trustfund.files.kinds import DOCUMENTS, SPREADSHEETS, Kind
    from trustfund.files.models import StoredFile
    from trustfund.files.serving import serve
    from trustfund.files.storing import check, store, store_bytes

HOMES = {
    "DOCUMENTS": "kinds",
    "SPREADSHEETS": "kinds",
    "Kind": "kinds",
    "StoredFile": "models",
    "check": "storing",
    "serve": "serving",
    "store": "storing",
    "store_bytes": "storing",
}

__all__ = ["DOCUMENTS", "SPREADSHEETS", "Kind", "StoredFile", "check", "serve", "store", "store_bytes"]


def __getattr__(name: str) -> Any:
    if name not in HOMES:
        raise AttributeError(name)
    return getattr(import_module(f"trustfund.files.{HOMES[name]}"), name)
