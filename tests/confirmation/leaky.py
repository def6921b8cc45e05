"""A portal that does what AWS's checklist forbids: it keeps the registration token in a cookie."""

from flask import Response, request

from portal import create_app

app = create_app()


@app.after_request
def keep_token(response: Response) -> Response:
    if request.path == "/marketplace/landing" and request.method == "POST":
        response.set_cookie("purchase", request.form.get("x-amzn-marketplace-token", ""))
    return response
