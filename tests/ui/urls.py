"""The project's pages and the style guide, which itself is served with DEBUG only."""

from django.urls import path

from trustfund.ui import styleguide
from trustfund.urls import urlpatterns as pages

urlpatterns = [path("styleguide/", styleguide.page), *pages]
