"""Every component renders, and none lets a value speak HTML."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest
from django import forms
from django.utils import translation

from trustfund.fields import MoneyFormField
from trustfund.money import usd
from trustfund.ui import acts, charts, controls, styleguide
from trustfund.ui.tones import TONES, tone_of

pytestmark = pytest.mark.django_db  # the frame asks whether this is the demo

COMPONENTS = Path(__file__).resolve().parents[2] / "templates" / "components"
EVIL = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{ 987654|add:111111 }}"


class State:
    def __init__(self, state="paid", word="Paid"):
        self.state, self.word = state, word

    def get_state_display(self):
        return self.word


class Form(forms.Form):
    name = forms.CharField(label=EVIL, help_text=EVIL)


def bad_form():
    return Form({"name": ""}, error_class=forms.utils.ErrorList)


class Chosen(forms.Form):
    one = forms.ChoiceField(choices=[("a", EVIL)], widget=forms.RadioSelect)
    many = forms.MultipleChoiceField(choices=[("a", EVIL)], widget=forms.CheckboxSelectMultiple)
    text = forms.CharField(initial=EVIL, widget=forms.Textarea(attrs={"data-word-limit": 5}))


def event():
    return SimpleNamespace(act=EVIL, actor=SimpleNamespace(name=EVIL), at=datetime(2026, 3, 3, tzinfo=UTC))


# Each component with hostile values in every text it takes. A new component must come with its line here.
USES = {
    "act": '<c-act url="{{ evil }}" label="{{ evil }}" tone="blocked" />',
    "button": '<c-button url="{{ evil }}" label="{{ evil }}" /><c-button label="{{ evil }}" name="{{ evil }}" value="{{ evil }}" />',
    "card": '<c-card title="{{ evil }}" url="{{ evil }}" :of="state">{{ evil }}</c-card>',
    "chart": '<c-chart :chart="chart" />',
    "crumb": '<c-crumb url="{{ evil }}" label="{{ evil }}" /><c-crumb label="{{ evil }}" />',
    "crumbs": "<c-crumbs>{{ evil }}</c-crumbs>",
    "date": '<c-date :value="day" />',
    "deadline": '<c-deadline :at="moment" />',
    "details": '<c-details summary="{{ evil }}">{{ evil }}</c-details>',
    "empty": '<c-empty text="{{ evil }}" url="{{ evil }}" label="{{ evil }}" />',
    "errors": '<c-errors :form="form" />',
    "field": '<c-field :field="form.name" /><c-field :field="chosen.one" /><c-field :field="chosen.many" />'
    '<c-field :field="chosen.text" label="{{ evil }}" />',
    "fields": '<c-fields :form="form" />',
    "figure": '<c-figure label="{{ evil }}" value="{{ evil }}" />',
    "figures": "<c-figures>{{ evil }}</c-figures>",
    "form": '<c-form :form="form" submit="{{ evil }}" action="{{ evil }}" cancel="{{ evil }}" autosave="{{ evil }}" guard />',
    "formset": '<c-formset :formset="formset" caption="{{ evil }}" />',
    "money": '<c-money :value="money" /><c-money :value="money" plain />',
    "notice": '<c-notice tone="{{ evil }}" title="{{ evil }}" text="{{ evil }}" />',
    "pagination": '<c-pagination :listing="listing" />',
    "progress": '<c-progress id="{{ evil }}" label="{{ evil }}" max="{{ evil }}" value="{{ evil }}" />',
    "row": '<c-row label="{{ evil }}" value="{{ evil }}" url="{{ evil }}" change="{{ evil }}" />',
    "saved": "<c-saved />",
    "state": '<c-state :of="evilstate" /><c-state word="{{ evil }}" tone="{{ evil }}" />',
    "summary": "<c-summary>{{ evil }}</c-summary>",
    "tab": '<c-tab url="{{ evil }}" label="{{ evil }}" count="{{ evil }}" current />',
    "table": '<c-table caption="{{ evil }}">{{ evil }}</c-table>',
    "tabs": '<c-tabs label="{{ evil }}">{{ evil }}</c-tabs>',
    "task": '<c-task title="{{ evil }}" url="{{ evil }}" status="{{ evil }}" tone="{{ evil }}" hint="{{ evil }}" :due="day" />',
    "tasklist": "<c-tasklist>{{ evil }}</c-tasklist>",
    "timeline": '<c-timeline :events="events" />',
}


def context():
    page = SimpleNamespace(number=2, paginator=SimpleNamespace(num_pages=3))
    return {
        "evil": EVIL,
        "state": State(),
        "evilstate": State(word=EVIL),
        "day": date(2026, 3, 3),
        "moment": datetime(2026, 3, 3, tzinfo=UTC),
        "money": usd("1234.50"),
        "form": bad_form(),
        "chosen": Chosen({"text": EVIL}),
        "formset": forms.formset_factory(Form, extra=2)(prefix="f"),
        "events": [event()],
        "listing": SimpleNamespace(page=page, pages={"previous": EVIL, "next": EVIL}),
        "chart": charts.bars(EVIL, EVIL, [(EVIL, 3, EVIL), (EVIL, 0, EVIL)], head=(EVIL, EVIL)),
    }


def test_every_component_has_its_line_here():
    assert sorted(USES) == sorted(path.stem for path in COMPONENTS.glob("*.html"))


@pytest.mark.parametrize("name", sorted(USES))
def test_it_renders_and_escapes(render, name):
    html = render(USES[name], **context())
    assert html
    assert "<script" not in html
    assert "<img" not in html
    assert "1098765" not in html


@pytest.mark.parametrize("name", sorted(USES))
def test_it_renders_without_anything(render, name):
    """A missing value is an empty place, never a crash of the whole page."""
    assert "<script" not in render(f"<c-{name} />")


@pytest.mark.parametrize("state", ["paid", "submitted", "rejected", "draft", "closed", "never heard of"])
def test_a_state_is_a_word_with_a_known_tone(render, state):
    html = render('<c-state :of="it" />', it=State(state, "The word"))
    assert html == f'<span class="state state--{tone_of(state)}">The word</span>'
    assert tone_of(state) in TONES


def test_a_model_may_choose_its_tone(render):
    it = State("paid")
    it.state_tone = "blocked"
    assert "state--blocked" in render('<c-state :of="it" />', it=it)


def test_a_component_sees_nothing_of_its_page(render):
    assert "secret" not in render("<c-card>x</c-card><c-notice /><c-row />", title="secret", label="secret", text="secret", url="secret")


def test_money_plain_leaves_the_code_out(render):
    with translation.override("en"):
        assert render('<c-money :value="m" plain />', m=usd("-5")) == '<span class="money">(5.00)</span>'
        assert render('<c-money :value="m" />', m=usd("5")) == '<span class="money"><bdi>USD\u00a05.00</bdi></span>'


def test_a_form_with_files_is_multipart(render):
    class Upload(forms.Form):
        file = forms.FileField()

    assert 'enctype="multipart/form-data"' in render('<c-form :form="f" />', f=Upload())
    assert "enctype" not in render('<c-form :form="f" />', f=bad_form())


def test_a_form_posts_with_its_token(render):
    for source in ('<c-form :form="f" />', '<c-act url="/x/" label="Do" />'):
        assert "csrfmiddlewaretoken" in render(source, f=bad_form())


class TestField:
    """What a control says to those who can't see it."""

    def form(self, data=None):
        return styleguide.Sample(data)

    def test_the_hint_and_the_error_describe_the_input(self, render):
        html = render('<c-field :field="f.title" />', f=self.form({"title": ""}))
        assert 'aria-describedby="id_title-hint id_title-error"' in html
        assert 'aria-invalid="true"' in html
        assert 'id="id_title-hint"' in html
        assert 'id="id_title-error"' in html
        assert '<label class="govuk-label" for="id_title">' in html

    def test_an_input_with_nothing_to_add_is_plain(self):
        assert controls.attributes(self.form()["country"]) == {"class": "govuk-select"}

    def test_radios_are_a_fieldset_that_the_error_summary_leads_to(self, render):
        form = self.form({"kind": ""})
        html = render('<c-errors :form="f" /><c-field :field="f.kind" />', f=form)
        assert 'href="#id_kind"' in html
        assert '<fieldset class="govuk-fieldset" id="id_kind" aria-describedby="id_kind-error">' in html
        assert html.count('type="radio"') == 3
        assert html.count('for="id_kind_') == 3

    def test_the_chosen_options_stay_chosen(self, render):
        html = render('<c-field :field="f.services" />', f=self.form({"services": ["legal", "training"]}))
        assert html.count(" checked") == 2

    def test_dates_are_one_iso_input(self, render):
        html = render('<c-field :field="f.starts_on" />', f=styleguide.Sample(initial={"starts_on": date(2026, 3, 1)}))
        assert 'type="date"' in html
        assert 'value="2026-03-01"' in html
        with translation.override("fr"):
            assert 'value="2026-03-01"' in render(
                '<c-field :field="f.starts_on" />', f=styleguide.Sample(initial={"starts_on": date(2026, 3, 1)})
            )

    def test_money_has_its_currency_before_it(self, render):
        html = render('<c-field :field="f.amount" />', f=self.form())
        assert '<div class="govuk-input__prefix" aria-hidden="true">USD</div>' in html

    def test_another_currency_is_named_too(self):
        class Euro(forms.Form):
            amount = MoneyFormField(currency="EUR")

        assert controls.prefix(Euro()["amount"]) == "EUR"

    def test_words_are_counted_below_and_described(self, render):
        html = render('<c-field :field="f.summary" />', f=self.form())
        assert 'data-words-for="id_summary"' in html
        assert 'data-limit="20"' in html
        assert 'aria-describedby="id_summary-words"' in html

    def test_optional_is_said_in_words(self, render):
        assert "(optional)" in render('<c-field :field="f.summary" />', f=self.form())
        assert "(optional)" not in render('<c-field :field="f.title" />', f=self.form())

    def test_hidden_fields_are_only_inputs(self, render):
        class Hidden(forms.Form):
            version = forms.IntegerField(widget=forms.HiddenInput, initial=3)

        assert render('<c-field :field="f.version" />', f=Hidden()) == '<input type="hidden" name="version" value="3" id="id_version">'

    def test_a_prefixed_form_keeps_its_ids_apart(self, render):
        html = render('<c-field :field="f.title" />', f=styleguide.Sample({"a-title": ""}, prefix="a"))
        assert 'aria-describedby="id_a-title-hint id_a-title-error"' in html


def test_acts_are_named_by_their_rooms_or_readably(monkeypatch):
    monkeypatch.setattr(acts, "_words", {})
    acts.name_acts({"payment.settle": "Payment made"})
    assert [acts.words_of(act) for act in ("payment.settle", "grant.ngo_sign", "login")] == ["Payment made", "Grant: ngo sign", "Login"]


def test_nobody_is_the_clock(render):
    html = render('<c-timeline :events="e" />', e=[SimpleNamespace(act="call.close", actor=None, at=datetime(2026, 3, 3, tzinfo=UTC))])
    assert "by the clock" in html


def test_a_chart_has_its_data_as_a_table(render):
    chart = charts.bars("Title", "Description", [("Shelter", 412, "412")], head=("Service", "Persons"))
    html = render('<c-chart :chart="c" />', c=chart)
    assert "<title id=" in html
    assert "<desc id=" in html
    assert '<th scope="row">Shelter</th><td class="number">412</td>' in html


def test_a_row_writes_any_value_as_the_reader_does(render):
    with translation.override("en"):
        html = render(
            '<c-row label="a" :value="m" /><c-row label="b" value="{{ nothing }}" /><c-row label="c">slot</c-row>',
            m=usd("0.50"),
            nothing="",
        )
    assert "<dd>USD\u00a00.50</dd>" in html
    assert "<dd>–</dd>" in html
    assert "<dd>slot</dd>" in html


def test_a_chart_is_mirrored_where_reading_goes_from_right_to_left():
    with translation.override("ar"):
        drawn = str(charts.levels("T", "D", [("May", Decimal(6), "6"), ("June", Decimal(-2), "-2")], head=("Month", "USD")).svg)
    assert '<text x="496" y="21" text-anchor="start" class="chart-label">May</text><rect x="128" y="6" width="270"' in drawn
    assert '<rect x="398" y="38" width="90"' in drawn
    assert '<line x1="398" y1="0" x2="398"' in drawn
