"""Programme support is rounded on the sum of what is accepted of a grant: whatever happens in parts, no cent is over or short."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from trustfund.ledger import postings
from trustfund.ledger.models import Subaccount
from trustfund.money import Money, total, usd

GRANT = Subaccount(code="G", kind="grant")
STEP = st.tuples(st.sampled_from(["accept", "due", "disallow", "disallow_earlier", "unspent", "unspent_earlier"]), st.integers(1, 10**7))
RATES = st.sampled_from([Decimal("0.07"), Decimal("0.13"), Decimal("0.0825"), Decimal("0.005")])


def legs_of(event, amount, before, rate):
    """What the books post of it, where so much was accepted before."""
    about = {"psc_rate": rate, "before": before}
    if event == "accept":
        return postings.expenditure_accepted(GRANT, amount, advance=amount.times(Decimal("0.5")), **about)
    if event == "due":
        return postings.outright_due(GRANT, amount, **about)
    if event.startswith("disallow"):
        return postings.expenditure_disallowed(GRANT, amount, earlier_year=event != "disallow", **about)
    this_year = before if event == "unspent" else amount.times(Decimal("0.3"))
    return postings.outright_unspent(GRANT, amount, payable=amount.times(Decimal("0.2")), this_year=this_year, **about)


def sums(legs, *codes):
    return total(leg.amount if leg.side == "debit" else -leg.amount for leg in legs if leg.code in codes)


@given(rate=RATES, steps=st.lists(STEP, max_size=30), parts=st.integers(1, 9))
def test_support_is_the_rate_of_what_is_accepted_at_every_step_and_nothing_in_the_end(rate, steps, parts):
    posted, accepted = [], usd(0)
    for event, cents in [*steps, *[("disallow", 0)] * parts, ("disallow_earlier", 10**12)]:
        taken_back = event not in ("accept", "due")
        amount = Money.from_minor(cents, "USD") if cents else accepted.times(Decimal("0.3333"))
        amount = min(amount, accepted) if taken_back else amount
        if not amount:
            continue
        legs = legs_of(event, amount, accepted, rate)
        assert sums(legs, *{leg.code for leg in legs}) == usd(0)
        assert all(leg.amount > usd(0) for leg in legs)
        posted, accepted = posted + legs, accepted + (-amount if taken_back else amount)
        assert sums(posted, "2400") == -accepted.times(rate)
        assert sums(posted, "5010", "5100", "4900") == accepted + accepted.times(rate)
    assert (accepted, sums(posted, "2400"), sums(posted, "5100", "5010", "4900")) == (usd(0), usd(0), usd(0))
