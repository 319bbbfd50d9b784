from django.urls import path

from ngos.organisations import views

app_name = "organisations"
urlpatterns = [
    path("", views.index, name="list"),
    path("mine/", views.mine, name="mine"),
    path("register/", views.register, name="register"),
    path("documents/<int:pk>/", views.document, name="document"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/edit/", views.edit, name="edit"),
    path("<int:pk>/people/", views.members, name="members"),
    path("<int:pk>/people/invite/", views.invite, name="invite"),
    path("<int:pk>/people/invitations/<int:invitation>/withdraw/", views.withdraw_invitation, name="withdraw_invitation"),
    path("<int:pk>/people/<int:member>/", views.change_right, name="change_right"),
    path("<int:pk>/people/<int:member>/remove/", views.remove, name="remove"),
    path("<int:pk>/documents/", views.documents, name="documents"),
    path("<int:pk>/documents/add/", views.upload, name="upload"),
]
