from django.urls import path

from grants.publishing import views

app_name = "publishing"
urlpatterns = [path("", views.awarded, name="awarded")]
