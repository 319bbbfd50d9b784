from django.urls import path

from grants.applications.views import reading, screening, sections, start, submission

app_name = "applications"
urlpatterns = [
    path("", reading.register, name="register"),
    path("apply/<int:call_pk>/", start.apply, name="apply"),
    path("apply/<int:call_pk>/start/", start.start, name="start"),
    path("<int:pk>/", reading.detail, name="detail"),
    path("<int:pk>/read/", reading.read, name="read"),
    path("<int:pk>/documents/<int:document_pk>/", reading.document, name="document"),
    path("<int:pk>/documents/<int:document_pk>/remove/", sections.remove_document, name="remove_document"),
    path("<int:pk>/receipts/<int:version>/", reading.receipt, name="receipt"),
    path("<int:pk>/letters/<int:letter_pk>/", reading.letter, name="letter"),
    path("<int:pk>/sections/<slug:name>/", sections.section, name="section"),
    path("<int:pk>/sections/<slug:name>/autosave/", sections.autosave, name="autosave"),
    path("<int:pk>/merge/<int:conflict_pk>/", sections.merge, name="merge"),
    path("<int:pk>/check/", submission.check, name="check"),
    path("<int:pk>/submit/", submission.submit, name="submit"),
    path("<int:pk>/withdraw/", submission.withdraw, name="withdraw"),
    path("<int:pk>/resume/", submission.resume, name="resume"),
    path("<int:pk>/answer/", submission.answer, name="answer"),
    path("<int:pk>/ask/", screening.ask, name="ask"),
    path("<int:pk>/screen/", screening.screen, name="screen"),
]
