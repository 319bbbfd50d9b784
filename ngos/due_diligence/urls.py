from django.urls import path

from ngos.due_diligence import views

app_name = "due_diligence"
urlpatterns = [
    path("", views.index, name="list"),
    path("of/<int:organisation_pk>/", views.of, name="of"),
    path("of/<int:organisation_pk>/open/", views.open_assessment, name="open"),
    path("items/<int:pk>/", views.judge, name="judge"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/clear/", views.clear, name="clear"),
    path("<int:pk>/fail/", views.fail, name="fail"),
]
