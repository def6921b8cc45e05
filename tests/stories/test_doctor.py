"""Support asks the doctor, and reads what to do."""

import boto3
from playwright.sync_api import expect

from tests.stories.console import Supporter
from tests.stories.inspection import Inspector


def test_somebody_disables_the_rule_and_the_doctor_says_so(olga: Supporter, inspector: Inspector):
    place = olga.stack.place
    events = boto3.client(
        "events",
        endpoint_url=place.aws_url,
        region_name="us-east-1",
        aws_access_key_id="sandbox",
        aws_secret_access_key="sandbox",
    )
    events.disable_rule(Name="marketplace-agreements")
    try:
        olga.open("/staff/doctor")
        olga.see("Doctor")
        olga.press("Check now")
        olga.read("What needs somebody")
        olga.read("marketplace-agreements is disabled: nothing of what AWS says arrives.")
        olga.read("Enable the rule (EventBridge, Rules, Enable).")
        for part in olga.page.locator("summary").all():
            part.click()
        inspector.look(olga.page, "doctor")
    finally:
        events.enable_rule(Name="marketplace-agreements")
        events.close()
    olga.press("Check now")
    expect(olga.page.get_by_role("main")).not_to_contain_text("is disabled")
