from django.urls import URLPattern

app_name = "bank_accounts"
urlpatterns: list[URLPattern] = []
