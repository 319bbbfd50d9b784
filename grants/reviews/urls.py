from django.urls import path

from grants.reviews.views import overseeing, scoring

app_name = "reviews"
urlpatterns = [
    path("", scoring.index, name="list"),
    path("calls/", overseeing.calls, name="calls"),
    path("calls/<int:pk>/", overseeing.call, name="call"),
    path("calls/<int:pk>/assign/", overseeing.assign_many, name="assign_many"),
    path("calls/<int:pk>/ranking/", overseeing.ranking, name="ranking"),
    path("applications/<int:pk>/assign/", overseeing.assign, name="assign"),
    path("<int:pk>/", scoring.detail, name="detail"),
    path("<int:pk>/declare/", scoring.declare, name="declare"),
    path("<int:pk>/score/", scoring.score, name="score"),
    path("<int:pk>/autosave/", scoring.autosave, name="autosave"),
    path("<int:pk>/remove/", overseeing.remove, name="remove"),
    path("<int:pk>/reopen/", overseeing.reopen, name="reopen"),
]
