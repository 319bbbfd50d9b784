"""The pages of grants."""

from django.urls import path

from grants.agreements import views

app_name = "agreements"
urlpatterns = [
    path("", views.index, name="index"),
    path("awards/", views.awards_waiting, name="awards"),
    path("awards/<int:application_pk>/approve/", views.approve, name="approve"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/certify/", views.certify, name="certify"),
    path("<int:pk>/offer/", views.offer, name="offer"),
    path("<int:pk>/sign/", views.sign, name="sign"),
    path("<int:pk>/countersign/", views.countersign, name="countersign"),
    path("<int:pk>/decline/", views.decline, name="decline"),
    path("<int:pk>/lapse/", views.lapse, name="lapse"),
    path("<int:pk>/suspend/", views.suspend, name="suspend"),
    path("<int:pk>/resume/", views.resume, name="resume"),
    path("<int:pk>/terminate/", views.terminate, name="terminate"),
    path("<int:pk>/close-reporting/", views.close_reporting, name="close_reporting"),
    path("<int:pk>/publication/", views.publication, name="publication"),
    path("<int:pk>/versions/<int:number>/agreement.pdf", views.pdf, name="pdf"),
    path("<int:pk>/versions/<int:number>/offered.pdf", views.offered_pdf, name="offered_pdf"),
]
