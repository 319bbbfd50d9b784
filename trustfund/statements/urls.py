from django.urls import URLPattern, path

from trustfund.statements import issue_views, text_views, views

app_name = "statements"
urlpatterns: list[URLPattern] = [
    path("", views.index, name="index"),
    path("lines/<str:key>/<str:since>/<str:until>/<int:head>/", views.lines, name="lines"),
    path("of/<int:pk>/", views.subaccount, name="subaccount"),
    path("of/<int:pk>.<slug:format>", views.subaccount_download, name="subaccount_download"),
    path("set.pdf", views.whole_set, name="set"),
    path("texts/", text_views.index, name="texts_index"),
    path("texts/new/<int:year>/", text_views.new, name="texts_new"),
    path("texts/<int:pk>/", text_views.detail, name="texts"),
    path("texts/<int:pk>/rewrite/", text_views.rewrite, name="texts_rewrite"),
    path("texts/<int:pk>/approve/", text_views.approve, name="texts_approve"),
    path("texts/<int:pk>/return/", text_views.return_, name="texts_return"),
    path("texts/<int:pk>/cancel/", text_views.cancel, name="texts_cancel"),
    path("issued/", issue_views.index, name="issued"),
    path("issued/<int:pk>/", issue_views.detail, name="issued_one"),
    path("issued/<int:pk>/file/", issue_views.file, name="issued_file"),
    path("issue/<slug:code>/", issue_views.issue, name="issue"),
    path("issue/of/<int:pk>/", issue_views.issue_of, name="issue_of"),
    path("<slug:code>.<slug:format>", views.download, name="download"),
    path("<slug:code>/", views.statement, name="statement"),
]
