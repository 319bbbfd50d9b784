"""The words of an audit pack: plain English, and only programs that stand on every desk (`sha256sum`, `hledger`)."""

from __future__ import annotations

from django.conf import settings
from django.utils import translation

from trustfund.auditor.models import Pack

WHOLE = """\
AUDIT PACK
{fund}

Period:       {since} to {until}
Ledger head:  {head}
              {hash}

The head is the number and the hash of the last seal of the chain that counts here. It is printed on every statement of this pack. If the
same number and hash stand on a statement that you have from elsewhere, both were made from the same books.

HOW TO CHECK IT

1. Nothing in this pack was changed:

       sha256sum -c SHA256SUMS

   The hash of the whole file (sha256sum of the ZIP) is shown where you downloaded it. The same books give the same file, to the byte: ask
   for the pack of the same period and head again and compare.

2. The ledger is in balance, and every balance is what its entries make it:

       hledger check --strict -f ledger/functional-usd.journal
       hledger check --strict -f ledger/transaction-currencies.journal

   Both say nothing when all is well. The first book has every amount in USD and asserts balances at the end of each month; the second has
   every amount in the currency in which it was, with what it was worth, and asserts what the banks' statements closed with. The
   .beancount files say the same to another program (bean-check). A trial balance to compare with the statements:

       hledger balance -f ledger/functional-usd.journal

3. No entry was changed, added in between or taken away since it was posted:

       cd chain && sh verify.sh

   It computes every seal again with sha256sum and compares the last one with the head above. chain/README.txt says how it works.

{draw}WHAT IS IN IT

statements/  every statement as PDF and XLSX; totals in the workbooks are formulas, and a sheet has the lines behind every figure
ledger/      the whole ledger from its first entry to the last day of the period: lines (CSV, XLSX) and both books as journals
vouchers/    the journal vouchers posted in the period, a list and one PDF each
documents/   the documents behind the entries of the period; index.csv says which stands behind which entry
{more}chain/       every seal with the text that it seals
SHA256SUMS   the hash of every file

Not in it: payment orders, which name bank accounts in full (read them on screen), and anything about the people whom grants help. The
books hold no data of them.
"""

CHAIN = """\
THE CHAIN

Every entry of the ledger, and every act that reserves or pays money of a contribution for a grant, is sealed by a hash:

    hash = sha256( hash of the seal before  +  text )

The text is the entry with all its lines, every stored column, as JSON in ASCII: keys sorted, no spaces. The hash before the first seal is
64 zeros. Whoever changes a letter of an old entry changes its hash, and so every hash after it, and so the head that is printed
on every statement.

seals.jsonl  one JSON object per seal: seq, hash, previous_hash, text
seals.txt    the same for the shell: the hash, a space, the hash before and the text
verify.sh    checks each line of seals.txt with sha256sum, and that each names the hash before it

Version of the form: {version}. Last seal here: {head}
{hash}

One seal by hand, the third one:

    sed -n 3p seals.txt | cut -c66- | tr -d '\\n' | sha256sum
    sed -n 3p seals.txt | cut -c1-64
"""

VERIFY = """\
#!/bin/sh
# Checks seals.txt: every hash again with sha256sum, every link, and prints the last seal. It takes a while: some hundred seals a second.
previous=0000000000000000000000000000000000000000000000000000000000000000
number=0
while IFS= read -r line; do
    number=$((number + 1))
    hash=${line%% *}
    rest=${line#* }
    case $rest in
        "$previous"*) ;;
        *) echo "Seal $number does not name the hash before it."; exit 1 ;;
    esac
    computed=$(printf %s "$rest" | sha256sum)
    if [ "${computed%% *}" != "$hash" ]; then
        echo "Seal $number was altered: its text gives another hash."
        exit 1
    fi
    previous=$hash
done < seals.txt
echo "$number seals are in order. The last one: $previous"
"""


AUDITORS = {
    "draw": "4. A sample can be drawn again with sha256sum alone; each worksheet says how, with its seed.\n\n",
    "more": "bank/        the banks' statements as they came, and the reconciliation of each account on the last day\n"
            "samples/     samples drawn by the auditor, as worksheets\n",
}  # fmt: skip
OTHERS = {"draw": "", "more": "bank/        the reconciliation of each bank account on the last day\n"}


def whole(pack: Pack) -> str:
    """README.txt."""
    words = AUDITORS if pack.of_auditor else OTHERS
    with translation.override("en"):
        fund = str(settings.FUND_NAME)
    return WHOLE.format(fund=fund, since=pack.since, until=pack.until, head=pack.head, hash=pack.head_hash, **words)


def chain(head: int, digest: str, version: int) -> str:
    """chain/README.txt."""
    return CHAIN.format(head=head, hash=digest, version=version)
