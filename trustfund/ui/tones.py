"""Which tone a state has: what its dot looks like. The word always stands beside it, so colour carries nothing alone.

A model may say otherwise with an attribute or property `state_tone`.
"""

MONEY, WAITING, BLOCKED, NEUTRAL, DONE = "money", "waiting", "blocked", "neutral", "done"
TONES = (MONEY, WAITING, BLOCKED, NEUTRAL, DONE)

_STATES = {
    MONEY: """paid settled received receipt_confirmed active accepted awarded confirmed certified posted published open clear cleared""",
    WAITING: """submitted clarification_asked clarification_answered in_review assigned requested ready batched exported approved offered
        signed proposed verified deciding expected in_progress due answered reserve overdue possible ngo_signed returned reopened
        cleared_with_conditions substance_accepted""",
    BLOCKED: """rejected refused failed held suspended terminated ineligible match lapsed declined recused expired blocked not_received""",
    NEUTRAL: "draft planned not_selected cancelled withdrawn superseded archived none",
    DONE: "closed reporting_closed decided done eligible reviewed shortlisted recommended completed",
}
_TONE_OF = {state: tone for tone, states in _STATES.items() for state in states.split()}


def tone_of(state: str) -> str:
    """The tone of a state's stored word; neutral for a word it does not know."""
    return _TONE_OF.get(str(state), NEUTRAL)
