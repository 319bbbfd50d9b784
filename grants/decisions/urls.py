from django.urls import path

from grants.decisions import views

app_name = "decisions"
urlpatterns = [
    path("", views.index, name="list"),
    path("calls/<int:call_pk>/open/", views.open_session, name="open"),
    path("applications/<int:application_pk>/letter/", views.letter, name="letter"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/declare/", views.declare, name="declare"),
    path("<int:pk>/applications/<int:application_pk>/", views.recommend, name="recommend"),
    path("<int:pk>/applications/<int:application_pk>/shortlist/", views.shortlist, name="shortlist"),
    path("<int:pk>/seats/<int:seat_pk>/", views.presence, name="presence"),
    path("<int:pk>/close/", views.close, name="close"),
    path("<int:pk>/minutes/", views.minutes, name="minutes"),
]
