"""Filters and tags of the components. `{% load ui %}`"""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from trustfund.money import Money
from trustfund.ui import acts, controls, formatting
from trustfund.ui.tones import tone_of

register = template.Library()

register.filter("shape", controls.shape)
register.filter("control", controls.control)
register.filter("options", controls.options)
register.filter("described_by", controls.described_by)
register.filter("word_limit", controls.word_limit)
register.filter("anchor", controls.anchor)
register.filter("prefix", controls.prefix)
register.filter("column", controls.column)


@register.filter
def money(value: Any) -> str:
    """ "USD 1,234.50" in the reader's language; nothing for nothing."""
    return "" if value in (None, "") else formatting.money_text(value)


@register.filter
def amount(value: Any) -> str:
    """The figure alone, for a column whose head has the currency."""
    return "" if value in (None, "") else formatting.money_text(value, plain=True)


@register.filter
def number(value: Decimal | int | None, digits: int | None = None) -> str:
    """A number with its own or with `digits` decimals; a zero is an en dash."""
    if value is None or value == "":
        return ""
    return formatting.figure(value, digits=formatting.digits_of(value) if digits is None else digits)


@register.filter
def percent(value: Decimal | int | None, digits: int = 0) -> str:
    """A share of one as a percentage."""
    return "" if value is None or value == "" else formatting.percent_text(value, digits=digits)


@register.filter
def day(value: date | None) -> str:
    return formatting.day_text(value) if value else ""


@register.filter
def short_day(value: date | None) -> str:
    return formatting.short_day_text(value) if value else ""


@register.filter
def moment(value: datetime | None) -> str:
    return formatting.moment_text(value) if value else ""


@register.filter
def vienna(value: datetime | None) -> str:
    """The same moment on the clock of Vienna, where the Fund's deadlines end."""
    return formatting.moment_text(value, zone=formatting.VIENNA) if value else ""


@register.filter
def iso(value: date | datetime | None) -> str:
    """For `datetime` attributes."""
    return value.isoformat() if value else ""


@register.filter
def is_moment(value: object) -> bool:
    return isinstance(value, datetime)


@register.filter
def tone(of: Any) -> str:
    """The tone of an object with a `state` (its own `state_tone` first) or of a state's word."""
    if isinstance(of, (str, Promise)):
        return tone_of(str(of))
    return getattr(of, "state_tone", None) or tone_of(getattr(of, "state", ""))


@register.filter
def state_word(of: Any) -> str:
    """The state in the reader's language."""
    return getattr(of, "get_state_display", lambda: getattr(of, "state", ""))()


@register.filter
def file_size(size: int | None) -> str:
    """Bytes as people say them; kilobytes are enough for documents."""
    return "" if size is None else f"{formatting.figure(max(1, round(size / 1024)))} KB"


@register.simple_tag
def languages() -> list[dict[str, str]]:
    """The languages of the interface, each under its own name: [{"code", "name"}]."""
    return [{"code": code, "name": translation.get_language_info(code)["name_local"]} for code, _name in settings.LANGUAGES]


@register.filter
def nearest(path: str, destinations: Iterable[Any]) -> str:
    """The address of the destination under which a page stands, the longest of those that fit; empty for a page that is elsewhere."""
    places = [(each, begins) for each in destinations for begins in (each.url, *each.rooms)]
    fits = [(len(begins), each.url) for each, begins in places if path == begins or (len(begins) > 1 and path.startswith(begins))]
    return max(fits, default=(0, ""))[1]


@register.filter
def act_words(event: Any) -> str:
    """What happened, in the reader's language."""
    return acts.words_of(event.act)


@register.filter
def act_name(act: str) -> str:
    """An act by its word of the code, "payment.settle", in the reader's language."""
    return acts.words_of(act)


@register.filter
def act_by(event: Any) -> str:
    """Who did it; the clock when nobody did."""
    return str(getattr(event.actor, "name", "") or event.actor) if event.actor else _("by the clock")


@register.filter
def shown(value: Any) -> Any:
    """A value of any kind as the reader writes it: money with its code, days, moments, numbers, else itself; nothing is an en dash."""
    if isinstance(value, Money):
        return formatting.money_text(value)
    if isinstance(value, datetime):
        return formatting.moment_text(value)
    if isinstance(value, date):
        return formatting.day_text(value)
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return number(value)
    return formatting.DASH if value is None or value == "" else value


@register.filter
def under_head(value: Any, head: Any) -> Any:
    """A cell's value: money without its code when the column's head names the currency."""
    return amount(value) if isinstance(value, Money) and value.currency in str(head) else shown(value)


@register.simple_tag(takes_context=True)
def at(context: Any, target: Any, *args: Any) -> str:
    """The address of a page (a name with arguments, a path, or an object that has one) with the day and head that were chosen."""
    if hasattr(target, "get_absolute_url"):
        address = target.get_absolute_url()
    else:
        address = str(target) if str(target).startswith("/") else reverse(str(target), args=args)
    point = context.get("point")
    return str(point.at(address)) if point else address
