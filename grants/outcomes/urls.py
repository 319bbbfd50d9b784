from django.urls import path

from grants.outcomes import views

app_name = "outcomes"
urlpatterns = [
    path("<int:pk>/", views.sheet, name="sheet"),
    path("<int:pk>/table/<slug:name>/", views.table, name="table"),
    path("<int:pk>/results/", views.results, name="results"),
    path("indicators/<int:grant_pk>/", views.indicators, name="indicators"),
]
