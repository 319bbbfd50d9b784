from django.urls import path

from donors.pledges import views

app_name = "pledges"
urlpatterns = [
    path("", views.index, name="index"),
    path("instalments/", views.instalments, name="instalments"),
    path("instalments/bring-current/", views.bring_current, name="bring_current"),
    path("announce/", views.announce, name="announce"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/document/", views.document, name="document"),
    path("<int:pk>/sign/", views.sign, name="sign"),
    path("<int:pk>/book/", views.book, name="book"),
    path("<int:pk>/condition-met/", views.meet_condition, name="meet_condition"),
    path("<int:pk>/keep/", views.keep, name="keep"),
    path("<int:pk>/consent/", views.consent_document, name="consent_document"),
    path("<int:pk>/lapse/", views.lapse, name="lapse"),
    path("instalments/<int:pk>/reduce/", views.reduce, name="reduce"),
    path("amendments/<int:pk>/document/", views.amendment_document, name="amendment_document"),
]
