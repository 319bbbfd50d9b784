"""Rendering a piece of a template as a page would."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template import RequestContext
from django.template.loader import get_template
from django.test import RequestFactory
from django_cotton.compiler_regex import CottonCompiler


@pytest.fixture
def render(rf):
    """`render('<c-money :value="m" />', m=...)`: HTML as on a page of an anonymous visitor."""

    def to_html(source, **context):
        from django.template import Template

        request = RequestFactory().get("/somewhere/")
        request.user = AnonymousUser()
        return Template(CottonCompiler().process(source)).render(RequestContext(request, context)).strip()

    return to_html


@pytest.fixture
def page():
    """`page("confirm.html", ...)`: a whole template rendered for an anonymous visitor."""

    def to_html(name, **context):
        request = RequestFactory().get("/somewhere/")
        request.user = AnonymousUser()
        return get_template(name).render(context, request)

    return to_html
