from django.urls import path

from grants.calls import views

app_name = "calls"
urlpatterns = [
    path("", views.index, name="index"),
    path("all/", views.register, name="register"),
    path("new/", views.create, name="create"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/manage/", views.manage, name="manage"),
    path("<int:pk>/edit/<slug:section>/", views.edit, name="edit"),
    path("<int:pk>/part/<slug:part>/", views.part, name="part"),
    path("<int:pk>/copy/", views.copy, name="copy"),
    path("<int:pk>/publish/", views.publish, name="publish"),
    path("<int:pk>/extend/", views.extend, name="extend"),
    path("<int:pk>/close/", views.close, name="close"),
    path("<int:pk>/cancel/", views.cancel, name="cancel"),
    path("<int:pk>/archive/", views.archive, name="archive"),
]
