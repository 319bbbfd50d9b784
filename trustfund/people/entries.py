"""The administrator's own destinations in the header, and what acts about people are called."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trustfund.people.navigation import Destination
from trustfund.people.permissions import can_manage_people


def destinations(user: Any) -> Iterable[Destination]:
    if can_manage_people(user):
        yield Destination(_("People"), "/people/", 10)
        yield Destination(_("Invitations"), "/people/invitations/", 20)
        yield Destination(_("Letters"), "/people/letters/", 30)


ACTS = {
    "role.give": gettext_lazy("Role given"),
    "role.end": gettext_lazy("Role ended"),
    "user.deactivate": gettext_lazy("Access ended"),
    "user.reactivate": gettext_lazy("Let in again"),
    "user.end_sessions": gettext_lazy("Signed out everywhere"),
    "user.reset_second_factor": gettext_lazy("Lost second factor taken away"),
    "invitation.send": gettext_lazy("Invited"),
    "invitation.accept": gettext_lazy("Invitation accepted"),
    "invitation.withdraw": gettext_lazy("Invitation withdrawn"),
    "account.sign_up": gettext_lazy("Account made"),
    "account.sign_in": gettext_lazy("Signed in"),
    "account.password_changed": gettext_lazy("Password changed"),
    "account.password_set": gettext_lazy("Password set"),
    "account.password_reset": gettext_lazy("Password reset"),
    "account.email_changed": gettext_lazy("E-mail address changed"),
    "account.email_confirm": gettext_lazy("E-mail address confirmed"),
    "account.email_deleted": gettext_lazy("E-mail address removed"),
    "account.totp_activated": gettext_lazy("Authenticator app set up"),
    "account.totp_deactivated": gettext_lazy("Authenticator app taken away"),
    "account.webauthn_added": gettext_lazy("Passkey added"),
    "account.webauthn_removed": gettext_lazy("Passkey taken away"),
    "account.recovery_codes_generated": gettext_lazy("Recovery codes made"),
}
