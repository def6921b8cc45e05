"""A customer with an authenticator app brings a purchase: the code is asked for, and the purchase is still there."""

import pyotp
from sqlalchemy import select

from portal.accounts import factors, recovery
from portal.accounts.models import Person
from portal.database import db, transaction
from portal.sealing import Seal
from tests.stories.actors import Actor
from tests.stories.console import beside
from tests.stories.inspection import Inspector
from tests.stories.keyboard import Keyboard
from tests.stories.orders import analytics, archive


def test_a_purchase_waits_for_the_second_factor(alice: Actor, inspector: Inspector):
    alice.portal.become_a_customer()
    alice.portal.sign_out()
    key, codes = _has_an_app(alice)

    order = analytics()
    alice.arrive_with(order)
    alice.portal.see_choice(order)
    alice.portal.follow("I already have an account")
    alice.portal.sign_in()
    alice.portal.see("Your second factor")
    inspector.look(alice.page, "second-factor-customer")
    elsewhere = alice.another_tab()
    elsewhere.portal.open("/contracts")
    elsewhere.portal.see("Sign in")  # half the way opens nothing

    keyboard = Keyboard(alice.page)
    keyboard.write("Code", "000000", exact=True)
    keyboard.press("Enter", "button", "Go on")
    alice.portal.read("This code is not right")
    keyboard.write("Code", pyotp.TOTP(key).now(), exact=True)
    keyboard.press("Enter", "button", "Go on")
    alice.portal.confirm(order.product, alice.person.organisation)
    alice.portal.see_contract(order)
    alice.portal.sign_out()

    another = archive()
    alice.arrive_with(another)
    alice.portal.follow("I already have an account")
    alice.portal.sign_in()
    keyboard.unfold("Use a recovery code instead")
    keyboard.write("Recovery code", codes[0])
    inspector.look(alice.page, "second-factor-recovery")
    keyboard.press("Enter", "button", "Use this code")
    alice.portal.read("You have used a recovery code")
    alice.portal.confirm(another.product, alice.person.organisation)


def _has_an_app(customer: Actor) -> tuple[str, list[str]]:
    """Set up earlier: an authenticator app, and recovery codes; gives the app's key and the codes."""
    key = pyotp.random_base32()
    with beside(customer.stack) as app, app.app_context(), transaction():
        person_id = db.session.scalars(select(Person.id).where(Person.email == customer.person.email)).one()
        factors.ensure(person_id).sealed_key = Seal(app.config["SECRET_KEY"], factors.PURPOSE).close(key)
        codes = recovery.new_codes(person_id)
    return key, codes
