from django.urls import URLPattern

app_name = "due_diligence"
urlpatterns: list[URLPattern] = []
