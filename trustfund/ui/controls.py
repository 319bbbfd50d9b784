"""Form controls: which shape a bound field has on the page, and its widget with the right classes and descriptions."""

from django.forms import CharField, IntegerField, widgets
from django.forms.boundfield import BoundField
from django.utils.safestring import SafeString

# (widget type, shape); the first that fits. A shape is what templates/components/field.html asks for.
_SHAPES: list[tuple[type[widgets.Widget], str]] = [
    (widgets.HiddenInput, "hidden"),
    (widgets.CheckboxSelectMultiple, "checkboxes"),
    (widgets.RadioSelect, "radios"),
    (widgets.CheckboxInput, "checkbox"),
    (widgets.FileInput, "file"),
    (widgets.Textarea, "textarea"),
    (widgets.Select, "select"),
    (widgets.MultiWidget, "group"),
    (widgets.SelectDateWidget, "group"),
]
_CLASSES = {
    "textarea": "govuk-textarea",
    "select": "govuk-select",
    "file": "govuk-file-upload",
    "checkbox": "govuk-checkboxes__input",
    "checkboxes": "govuk-checkboxes__input",
    "radios": "govuk-radios__input",
    "input": "govuk-input",
    "group": "govuk-input",
}
_ERROR_CLASSES = {
    "textarea": "govuk-textarea--error",
    "select": "govuk-select--error",
    "file": "govuk-file-upload--error",
    "input": "govuk-input--error",
}

LONG = 100
"""Characters from which a field of text holds a sentence."""


def shape(field: BoundField) -> str:
    """ "hidden", "checkboxes", "radios", "checkbox", "file", "textarea", "select", "group" (several inputs) or "input"."""
    widget = field.field.widget
    return next((name for kind, name in _SHAPES if isinstance(widget, kind)), "input")


def described_by(field: BoundField) -> str:
    """The ids of the field's hint, error and word count, in the order in which they are read."""
    parts = [(bool(field.help_text), "hint"), (bool(field.errors), "error"), (bool(word_limit(field)), "words")]
    return " ".join(f"{field.auto_id}-{name}" for there, name in parts if there)


def word_limit(field: BoundField) -> int:
    """The limit of words that the form gave its widget (`data-word-limit`); 0 for none."""
    return int(field.field.widget.attrs.get("data-word-limit") or 0)


def anchor(field: BoundField) -> str:
    """Where the error summary's link goes: the input, or the first of several."""
    if shape(field) in ("radios", "checkboxes", "group"):
        return field.auto_id
    return field.id_for_label or field.auto_id


def prefix(field: BoundField) -> str:
    """The currency that stands before an amount's input."""
    return getattr(field.field, "currency", "") or ""


def column(field: BoundField) -> str:
    """The width that a field asks for in a table of rows: sentences the most ("wide"), counts the least ("slim"), "sum" for amounts."""
    kind = field.field
    if prefix(field):
        return "sum"
    if isinstance(kind, IntegerField):
        return "slim"
    if isinstance(kind, CharField):
        return "wide" if (kind.max_length or LONG) >= LONG else "mark"
    return ""


def _classes(field: BoundField, kind: str) -> str:
    own = field.field.widget.attrs.get("class", "")
    if prefix(field):
        own = f"{own} input--money"
    sized = "input--date" if getattr(field.field.widget, "input_type", "") == "date" else ""
    sized = "input--number" if isinstance(field.field, IntegerField) and kind == "input" else sized
    return " ".join(filter(None, [_CLASSES.get(kind, ""), _ERROR_CLASSES.get(kind, "") if field.errors else "", sized, own]))


def attributes(field: BoundField) -> dict[str, str | bool]:
    """What the widget gets: class, aria-describedby, aria-invalid; never more than the page needs."""
    attrs: dict[str, str | bool] = {"class": _classes(field, shape(field)), "aria-describedby": described_by(field)}
    if field.errors:
        attrs["aria-invalid"] = "true"
    return {name: value for name, value in attrs.items() if value}


def control(field: BoundField) -> SafeString:
    """The widget itself, rendered by Django, with our classes and descriptions; a placeholder goes: the label says it, and stays."""
    field.field.widget.attrs.pop("placeholder", None)
    if isinstance(field.field.widget, widgets.DateInput):
        field.field.widget.input_type = "date"
        field.field.widget.format = "%Y-%m-%d"
    return field.as_widget(attrs=attributes(field))


def options(field: BoundField) -> list[dict[str, str]]:
    """The choices of radios and checkboxes, flat: [{"id", "label", "tag"}], `tag` the input with our class."""
    kind = shape(field)
    rows = []
    for choice in field.subwidgets:
        choice.data["attrs"] = {
            key: value for key, value in choice.data["attrs"].items() if key not in ("aria-describedby", "aria-invalid")
        }
        choice.data["attrs"]["class"] = _CLASSES[kind]
        rows.append({"id": choice.id_for_label, "label": choice.choice_label, "tag": choice.tag(wrap_label=False)})
    return rows
