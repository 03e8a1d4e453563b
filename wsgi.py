"""For any WSGI server: `gunicorn wsgi:app`, `granian --interface wsgi wsgi:app` and others."""

from feedsvc.startup import create_app

app = application = create_app()
