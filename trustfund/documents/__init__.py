"""Documents made here: PDF, workbooks and tables, the same bytes whenever they are made again from the same figures.

`from trustfund.documents import Document, Letter, Row, Workbook` (loaded when first asked for: typesetting is not cheap to load).
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trustfund.documents.grid import Row
    from trustfund.documents.pdf import Document, Letter
    from trustfund.documents.workbook import Workbook

HOMES = {"Document": "pdf", "Letter": "pdf", "Row": "grid", "Workbook": "workbook"}

__all__ = ["Document", "Letter", "Row", "Workbook"]


def __getattr__(name: str) -> Any:
    if name not in HOMES:
        raise AttributeError(name)
    return getattr(import_module(f"trustfund.documents.{HOMES[name]}"), name)
