from django.urls import path

from donors.portal import views

app_name = "portal"
urlpatterns = [
    path("", views.index, name="index"),
    path("contributions/<int:pk>/", views.contribution, name="contribution"),
    path("statements/<int:pk>/", views.statement, name="statement"),
    path("statements/<int:pk>.<slug:format>", views.download, name="download"),
]
