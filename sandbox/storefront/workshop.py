"""The pages behind the counter: what was sent, what was mailed, and the switches that make AWS slow or broken."""

import re
from dataclasses import asdict
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from sandbox.errors import InvalidRequest, SandboxError
from sandbox.settings import KINDS, NAMES
from sandbox.storefront.forms import number
from sandbox.storefront.here import marketplace
from sandbox.storefront.presets import NORMAL, PRESETS, preset
from sandbox.switches import ERRORS, OPERATIONS

workshop = Blueprint("workshop", __name__)


@workshop.get("/notifications")
def notifications() -> str:
    return render_template("notifications.html", notifications=marketplace().outbox.all())


@workshop.post("/notifications/<int:notification>/send-again")
def send_again(notification: int) -> Response:
    marketplace().outbox.send_again(notification)
    return redirect(url_for(".notifications", done="sent-again"), 303)


@workshop.get("/mailbox")
def mailbox() -> str:
    wanted = request.args.get("to", "").strip()
    found = [each for each in marketplace().mailbox.all() if each.is_to(wanted)]
    return render_template("mailbox.html", mails=found, wanted=wanted)


@workshop.get("/mailbox/<int:mail>")
def mail(mail: int) -> str:
    return render_template("mail.html", mail=marketplace().mailbox.get(mail))


@workshop.get("/mailbox/<int:mail>/html")
def mail_html(mail: int) -> Response:
    # Somebody else's HTML, drawn in a frame: no scripts, no forms, nothing fetched.
    policy = (
        "sandbox allow-popups allow-popups-to-escape-sandbox; "
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    )
    return Response(
        in_a_new_tab(marketplace().mailbox.get(mail).html or ""),
        mimetype="text/html",
        headers={"Content-Security-Policy": policy},
    )


def in_a_new_tab(html: str) -> str:
    """The mail with links that open outside the frame, and with its doctype still in front."""
    base = '<base target="_blank">'
    head = re.search(r"<head[^>]*>", html, re.IGNORECASE)
    return html[: head.end()] + base + html[head.end() :] if head else base + html


@workshop.post("/mailbox/empty")
def empty_mailbox() -> Response:
    marketplace().mailbox.empty()
    return redirect(url_for(".mailbox", done="mail-emptied"), 303)


@workshop.get("/switches")
def switches_page() -> str:
    return draw(asdict(marketplace().switches.settings()), None)


def draw(settings: dict[str, Any], error: str | None) -> str:
    return render_template(
        "switches.html",
        settings=settings,
        presets=[(each, each.is_on(marketplace().switches.settings())) for each in PRESETS],
        tallies=[(each, marketplace().calls.tally(each)) for each in OPERATIONS],
        faults=marketplace().switches.faults(),
        operations=("*", *OPERATIONS),
        errors=tuple(ERRORS),
        error=error,
    )


@workshop.post("/switches/settings")
def change_settings() -> Response | tuple[str, int]:
    try:
        marketplace().switches.change({name: typed(name) for name in NAMES if name in request.form})
    except SandboxError as error:
        return draw(asdict(marketplace().switches.settings()) | request.form.to_dict(), str(error)), error.status
    return redirect(url_for(".switches_page", done="settings"), 303)


@workshop.post("/switches/press/<setting>")
def press(setting: str) -> Response:
    wanted = preset(setting)
    value = wanted.value if request.form.get("to") == "on" else NORMAL[setting]
    marketplace().switches.change({setting: value})
    return redirect(url_for(".switches_page"), 303)


@workshop.post("/switches/normal")
def back_to_normal() -> Response:
    marketplace().switches.back_to_normal()
    return redirect(url_for(".switches_page", done="normal"), 303)


@workshop.post("/switches/calls/forget")
def forget_calls() -> Response:
    marketplace().calls.reset()
    return redirect(url_for(".switches_page", done="calls-forgotten"), 303)


@workshop.post("/switches/faults")
def add_fault() -> Response | tuple[str, int]:
    try:
        marketplace().switches.add_fault(request.form.get("operation"), request.form.get("error"), number("times"))
    except SandboxError as error:
        return draw(asdict(marketplace().switches.settings()), str(error)), error.status
    return redirect(url_for(".switches_page", done="fault-added"), 303)


@workshop.post("/switches/faults/<int:fault>/remove")
def remove_fault(fault: int) -> Response:
    marketplace().switches.clear_faults(fault)
    return redirect(url_for(".switches_page", done="fault-removed"), 303)


def typed(name: str) -> float | None:
    """The number in a field; nothing in it means no seed."""
    text = request.form.get(name, "").strip()
    if name == "seed" and not text:
        return None
    try:
        value = float(text)
    except ValueError:
        raise InvalidRequest(f"{name} must be {KINDS[name][1]}, not {text!r}.") from None
    return int(value) if value.is_integer() else value
