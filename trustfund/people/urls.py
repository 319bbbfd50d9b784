"""Pages about people: one's own account, invitations, users and roles."""

from django.urls import path

from trustfund.people import account_views, admin_views

app_name = "people"
urlpatterns = [
    path("", admin_views.people, name="list"),
    path("<int:pk>/", admin_views.person, name="detail"),
    path("<int:pk>/roles/give/", admin_views.give_role, name="give_role"),
    path("roles/<int:pk>/end/", admin_views.end_role, name="end_role"),
    path("<int:pk>/access/", admin_views.let_in, name="let_in"),
    path("<int:pk>/second-factor/", admin_views.reset_second_factor, name="reset_second_factor"),
    path("invite/", admin_views.invite, name="invite"),
    path("invitations/", admin_views.invitation_list, name="invitations"),
    path("invitations/<int:pk>/withdraw/", admin_views.withdraw, name="withdraw"),
    path("letters/", admin_views.letters, name="letters"),
    path("account/", account_views.account, name="account"),
    path("account/sessions/", account_views.sessions_end, name="sessions_end"),
    path("account/second-factor/", account_views.second_factor_page, name="second_factor"),
    path("invitation/<str:token>/", account_views.invitation, name="invitation"),
]
