from django.urls import path

from trustfund.auditor import views

app_name = "auditor"
urlpatterns = [
    path("", views.index, name="index"),
    path("visit/", views.visit, name="visit"),
    path("verifications/", views.verifications, name="verifications"),
    path("verifications/<int:pk>/", views.verification, name="verification"),
    path("packs/", views.packs, name="packs"),
    path("packs/new/", views.new_pack, name="new_pack"),
    path("packs/<int:pk>/", views.pack, name="pack"),
    path("packs/<int:pk>/download/", views.download_pack, name="download_pack"),
    path("samples/", views.samples, name="samples"),
    path("samples/new/", views.new_sample, name="new_sample"),
    path("samples/<int:pk>/", views.sample, name="sample"),
    path("samples/<int:pk>/worksheet.<slug:format>", views.worksheet, name="worksheet"),
    path("samples/<int:pk>/<int:position>/", views.item, name="item"),
]
