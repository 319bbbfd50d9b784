"""The pages of payments."""

from django.urls import path

from grants.payments import views

app_name = "payments"
urlpatterns = [
    path("", views.index, name="index"),
    path("grant/<int:grant_pk>/", views.of_grant, name="of_grant"),
    path("certify/<int:tranche_pk>/", views.certify, name="certify"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/approve/", views.approve, name="approve"),
    path("<int:pk>/export/", views.export, name="export"),
    path("<int:pk>/order.pdf", views.order, name="order"),
    path("<int:pk>/settle/", views.settle, name="settle"),
    path("<int:pk>/return/", views.return_, name="return"),
    path("<int:pk>/refuse/", views.refuse, name="refuse"),
    path("<int:pk>/reject/", views.reject, name="reject"),
    path("<int:pk>/cancel/", views.cancel, name="cancel"),
    path("<int:pk>/hold/", views.hold, name="hold"),
    path("<int:pk>/release/", views.release, name="release"),
    path("<int:pk>/exception/", views.exception, name="exception"),
]
