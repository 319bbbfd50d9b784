from django.urls import path

from ngos.bank_accounts import views

app_name = "bank_accounts"
urlpatterns = [
    path("", views.index, name="list"),
    path("of/<int:organisation_pk>/", views.of, name="of"),
    path("of/<int:organisation_pk>/propose/", views.propose, name="propose"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/reveal/", views.reveal, name="reveal"),
    path("<int:pk>/call/", views.call, name="call"),
    path("<int:pk>/verify/", views.verify, name="verify"),
    path("<int:pk>/activate/", views.activate, name="activate"),
    path("<int:pk>/reject/", views.reject, name="reject"),
    path("<int:pk>/withdraw/", views.withdraw, name="withdraw"),
]
