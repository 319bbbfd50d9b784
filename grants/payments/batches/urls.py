"""The pages of batches."""

from django.urls import path

from grants.payments.batches import views

app_name = "batches"
urlpatterns = [
    path("", views.index, name="index"),
    path("new/", views.new, name="new"),
    path("<int:batch_pk>/", views.detail, name="detail"),
    path("<int:batch_pk>/change/", views.change, name="change"),
    path("<int:batch_pk>/payee/<int:pk>/", views.payee, name="payee"),
    path("<int:batch_pk>/submit/", views.submit, name="submit"),
    path("<int:batch_pk>/approve/", views.approve, name="approve"),
    path("<int:batch_pk>/send-back/", views.send_back, name="send_back"),
    path("<int:batch_pk>/make-file/", views.make_file, name="make_file"),
    path("<int:batch_pk>/file/", views.file, name="file"),
    path("<int:batch_pk>/refuse/", views.refuse, name="refuse"),
    path("<int:batch_pk>/cancel/", views.cancel, name="cancel"),
]
