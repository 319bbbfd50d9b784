"""The pages of closing grants, and of a grant's statement."""

from django.urls import path

from grants.closing import views

app_name = "closing"
urlpatterns = [
    path("", views.index, name="index"),
    path("<int:pk>/", views.detail, name="detail"),
    path("repaid/<int:pk>/", views.repaid, name="repaid"),
    path("<int:pk>/refund/", views.refund, name="refund"),
    path("<int:pk>/prepare/", views.prepare, name="prepare"),
    path("<int:pk>/confirm/", views.confirm, name="confirm"),
    path("statement/<int:grant_pk>/", views.statement, name="statement"),
]
