"""What went back to a donor can't be taken away a second time. (Found by the random books.)"""

import pytest
from django.core.exceptions import ValidationError

from tests.factories.books import DAY, give, make_bank, post
from trustfund.ledger import posting, postings
from trustfund.ledger.funding.headroom import headroom
from trustfund.ledger.models import Entry
from trustfund.ledger.verification import check_books
from trustfund.money import usd

pytestmark = pytest.mark.django_db


def test_a_gift_that_was_refunded_in_part_is_not_reversed_whole():
    gift = give("100.00")
    entry = Entry.objects.get(lines__subaccount=gift)
    post(postings.donor_refund_due(gift, usd("0.01")))
    post(postings.donor_refund(gift, make_bank(), usd("0.01")))
    with pytest.raises(ValidationError, match="reserved, spent or refunded"):
        posting.reverse(entry, on=DAY, by=None, reference="test:reversed")
    assert [row.available for row in headroom(DAY)] == [usd("99.99")]
    assert check_books() == []
