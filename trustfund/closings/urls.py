from django.urls import path

from trustfund.closings import views

app_name = "closings"
urlpatterns = [
    path("periods/<int:pk>/", views.period, name="period"),
    path("periods/<int:pk>/review/<slug:key>/", views.review, name="review"),
    path("periods/<int:pk>/<slug:act>/", views.decide, name="decide"),
    path("years/<int:year>/", views.year, name="year"),
    path("years/<int:year>/propose/", views.propose_year_end, name="propose_year_end"),
    path("years/<int:year>/certification/<slug:act>/", views.certify, name="certify"),
    path("years/<int:year>/<slug:act>/", views.decide_year_end, name="decide_year_end"),
]
