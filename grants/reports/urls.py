from django.urls import path

from grants.reports import views

app_name = "reports"
urlpatterns = [
    path("", views.index, name="index"),
    path("of/<int:grant_pk>/", views.of_grant, name="of_grant"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/narrative/", views.narrative, name="narrative"),
    path("<int:pk>/narrative/autosave/", views.autosave, name="autosave"),
    path("<int:pk>/expenditure/", views.expenditure, name="expenditure"),
    path("<int:pk>/expenditure/workbook/", views.workbook, name="workbook"),
    path("<int:pk>/expenditure/upload/", views.upload, name="upload"),
    path("<int:pk>/confirm-words/", views.confirm_words, name="confirm_words"),
    path("<int:pk>/submit/", views.submit, name="submit"),
    path("<int:pk>/return/", views.send_back, name="send_back"),
    path("<int:pk>/accept-substance/", views.accept_substance, name="accept_substance"),
    path("<int:pk>/accept/", views.accept, name="accept"),
]
