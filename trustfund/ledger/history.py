"""Where the history of a fund that was taken over stands against: two subaccounts that are no contribution and no grant.

An opening entry repeats what contributions brought and grants spent before, on the accounts of those years, and takes the same amounts
off again under these two names, account by account: no balance changes, and the trace begins right. See docs/adr/0016-opening.md.
"""

TAKEN_OVER_GIFTS = "TAKEN-OVER-GIFTS"
TAKEN_OVER_GRANTS = "TAKEN-OVER-GRANTS"
