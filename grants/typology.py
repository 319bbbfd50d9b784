"""The common typology of the people a project helps: categories of counts, never of persons. Pure."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Sex(models.TextChoices):
    """With the age band this gives women and girls, men and boys, and those of whom it is another or not known."""

    FEMALE = "female", _("Women and girls")
    MALE = "male", _("Men and boys")
    OTHER = "other", _("Other")
    UNKNOWN = "unknown", _("Sex not known")


class AgeBand(models.TextChoices):
    UNDER_9 = "0-8", _("0 to 8")
    FROM_9 = "9-11", _("9 to 11")
    FROM_12 = "12-14", _("12 to 14")
    FROM_15 = "15-17", _("15 to 17")
    FROM_18 = "18-24", _("18 to 24")
    FROM_25 = "25-59", _("25 to 59")
    FROM_60 = "60+", _("60 and over")
    UNKNOWN = "unknown", _("Age not known")


class Exploitation(models.TextChoices):
    SEXUAL = "sexual", _("Sexual exploitation")
    LABOUR = "labour", _("Forced labour")
    DOMESTIC = "domestic", _("Domestic servitude")
    BEGGING = "begging", _("Forced begging")
    CRIMINALITY = "criminality", _("Forced criminality")
    MARRIAGE = "marriage", _("Forced marriage")
    SOLDIERING = "soldiering", _("Child soldiering")
    ORGANS = "organs", _("Removal of organs")
    OTHER = "other", _("Other form of exploitation")
    UNKNOWN = "unknown", _("Form of exploitation not known")


class Movement(models.TextChoices):
    INTERNAL = "internal", _("Within one country")
    CROSS_BORDER = "cross_border", _("Across a border")
    UNKNOWN = "unknown", _("Movement not known")


class Service(models.TextChoices):
    """A person may receive several, so these counts are not additive: each is at most the number of persons."""

    SHELTER = "shelter", _("Safe accommodation")
    MEDICAL = "medical", _("Medical help")
    PSYCHOSOCIAL = "psychosocial", _("Psychosocial help")
    LEGAL = "legal", _("Legal aid and compensation")
    DOCUMENTS = "documents", _("Identity and residence documents")
    RETURN = "return", _("Safe return")
    EDUCATION = "education", _("Education")
    VOCATIONAL = "vocational", _("Vocational training")
    INCOME = "income", _("Income generation and micro-finance")
    TRACING = "tracing", _("Family tracing")
    BASIC = "basic", _("Basic needs")

