from django.urls import URLPattern

app_name = "tranches"
urlpatterns: list[URLPattern] = []
