from django.urls import path

from trustfund.vouchers import prepared_views, views

app_name = "vouchers"
urlpatterns = [
    path("", views.index, name="index"),
    path("new/", views.new, name="new"),
    path("prepared/", prepared_views.events, name="events"),
    path("prepared/<slug:name>/", prepared_views.prepare, name="prepare"),
    path("<int:pk>/prepare/", prepared_views.prepare_anew, name="prepare_anew"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/change/", views.change, name="change"),
    path("<int:pk>/submit/", views.submit, name="submit"),
    path("<int:pk>/approve/", views.approve, name="approve"),
    path("<int:pk>/return/", views.return_, name="return"),
    path("<int:pk>/cancel/", views.cancel, name="cancel"),
    path("<int:pk>/reverse/", views.reverse_, name="reverse"),
    path("<int:pk>/attach/", views.attach, name="attach"),
    path("attachments/<int:pk>/", views.attachment, name="attachment"),
    path("attachments/<int:pk>/detach/", views.detach, name="detach"),
]
