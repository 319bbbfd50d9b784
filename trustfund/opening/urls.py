from django.urls import path

from trustfund.opening import views

app_name = "opening"
urlpatterns = [
    path("", views.index, name="index"),
    path("template/", views.template, name="template"),
    path("new/", views.stage, name="stage"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/file/", views.file, name="file"),
    path("<int:pk>/approve/", views.approve, name="approve"),
    path("<int:pk>/refuse/", views.refuse, name="refuse"),
    path("<int:pk>/undo/", views.undo, name="undo"),
]
