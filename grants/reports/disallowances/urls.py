from django.urls import path

from grants.reports.disallowances import views

app_name = "disallowances"
urlpatterns = [
    path("of/<int:report_pk>/", views.propose, name="propose"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/document/", views.document, name="document"),
    path("<int:pk>/approve/", views.approve, name="approve"),
    path("<int:pk>/refuse/", views.refuse, name="refuse"),
    path("<int:pk>/withdraw/", views.withdraw, name="withdraw"),
]
