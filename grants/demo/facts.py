"""What the demo takes from public sources: the twelve NGOs of the first cycle (18 October 2011) and their countries.

Names and countries are facts published by UNODC. Everything else in the demo, amounts per grant, people, reports and
outcomes, is invented; every page of the demo says so. Invented NGOs and donors carry invented names.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Ngo:
    """An NGO of the demo; `amount` is an invented grant in whole USD, `marks` the invented marks per criterion."""

    name: str
    country: str
    amount: int
    currency: str
    marks: tuple[int, int, int, int] = (4, 4, 4, 4)


FIRST_CYCLE = [
    Ngo("African Centre for Advocacy and Human Development", "NG", 60_000, "NGN", (5, 4, 4, 4)),
    Ngo("Coalition to Abolish Slavery and Trafficking", "US", 60_000, "USD", (5, 5, 4, 4)),
    Ngo("Damnok Toek Poipet", "KH", 60_000, "USD", (5, 5, 5, 4)),
    Ngo("Different and Equal", "AL", 60_000, "EUR", (5, 4, 5, 5)),
    Ngo("DNI (Defensa de Niñas y Niños Internacional)", "CR", 58_000, "USD", (4, 4, 5, 4)),
    Ngo("Hors la Rue", "FR", 60_000, "EUR", (4, 5, 4, 5)),
    Ngo("Hotline for Migrant Workers", "IL", 57_500, "ILS", (4, 5, 4, 4)),
    Ngo("Institute for Democracy", "MD", 54_000, "EUR", (4, 4, 4, 4)),
    Ngo("La Strada", "CZ", 60_000, "EUR", (5, 5, 4, 5)),
    Ngo("Shakti Samuha", "NP", 60_000, "NPR", (5, 5, 5, 5)),
    Ngo("The CRADLE - the Children Foundation", "KE", 58_500, "KES", (4, 4, 4, 5)),
    Ngo("Esther Benjamins Memorial Foundation", "IN", 60_000, "INR", (4, 5, 5, 4)),
]

INVENTED = [
    Ngo("Harbour House (invented)", "GH", 48_000, "USD", (3, 3, 3, 4)),
    Ngo("Casa Amanecer (inventada)", "PE", 52_000, "USD", (3, 3, 4, 3)),
    Ngo("New Dawn Collective (invented)", "PH", 45_000, "USD", (2, 3, 2, 3)),
    Ngo("Maison du Fleuve (inventée)", "SN", 50_000, "USD", (4, 3, 3, 3)),
    Ngo("بيت الأمل (اسم متخيَّل)", "JO", 55_000, "USD", (4, 4, 3, 4)),
    Ngo("Lotus Bridge (invented)", "VN", 42_000, "USD", (4, 4, 4, 3)),
    Ngo("Северный приют (вымышленный)", "KZ", 47_000, "USD", (3, 4, 4, 4)),
    Ngo("Riverbank Shelter (invented)", "KH", 60_000, "USD", (5, 4, 4, 5)),
    Ngo("Open Door Society (invented)", "ET", 51_000, "USD", (4, 5, 4, 4)),
    Ngo("Second Harvest Women (invented)", "UG", 39_000, "USD", (4, 3, 4, 4)),
    Ngo("Safe Passage Kavkaz (invented)", "GE", 44_000, "EUR", (5, 4, 3, 4)),
    Ngo("Casa Libre (inventada)", "CO", 53_000, "USD", (4, 4, 5, 4)),
]

# Units per USD, from the euro reference rates of the European Central Bank (published), inverted and rounded to four digits.
EURO_RATES = [
    ("2010-12-01", "0.7625"),
    ("2011-03-01", "0.7233"),
    ("2011-06-01", "0.6941"),
    ("2011-10-03", "0.7504"),
    ("2012-02-01", "0.7590"),
    ("2012-03-01", "0.7512"),
    ("2013-03-01", "0.7692"),
]
EURO_NOW = "0.8750"  # invented
