from django.urls import path

from trustfund.erp import views

app_name = "erp"
urlpatterns = [
    path("", views.index, name="index"),
    path("mapping/", views.mappings, name="mappings"),
    path("mapping/edit/", views.edit, name="edit"),
    path("mapping/import/", views.take_in, name="take_in"),
    path("extracts/", views.extracts, name="extracts"),
    path("extracts/new/", views.bring, name="bring"),
    path("extracts/layout/", views.layout, name="layout"),
    path("extracts/<int:pk>/", views.extract, name="extract"),
    path("extracts/<int:pk>/file/", views.file, name="file"),
    path("extracts/<int:pk>/withdraw/", views.withdraw, name="withdraw"),
]
