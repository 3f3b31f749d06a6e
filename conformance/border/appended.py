# SPDX-License-Identifier: MIT OR Apache-2.0
"""A host through mynaq.py that calls what 1.1 appended, each function once or twice, and prints what
it got: `status error` for a call that failed, `0` for one that did not, and last the page.

    appended.py BINDING_FOLDER PLUGIN CONFIG
"""
import json
import sys

sys.path.insert(0, sys.argv[1])
import mynaq

OPENING = {"incident": "X", "unit": "X", "terminal": "X", "crew_member": "X", "pack": "record-app"}
LOG_IN = {"crew_member": "隊員七", "unit": "A1", "terminal": "T1", "factors": ["pin", "ic_card"]}


def say(text):
    sys.stdout.buffer.write(text.encode("utf-8") + b"\n")


def attempt(call, *words):
    try:
        call(*words)
        say("0")
    except mynaq.MynaqError as error:
        document = json.dumps(error.document, ensure_ascii=False, separators=(",", ":"))
        say(f"{error.status} {document if error.document else error}")


def page():
    say(case.notice_page(mynaq.NOTICE_LANGUAGE_VI).decode("utf-8"))


with mynaq.load(sys.argv[2]).open(sys.argv[3]) as session:
    with session.open_case(OPENING) as case:
        attempt(session.log_in, LOG_IN)
        attempt(session.log_out, "隊員七")
        attempt(case.allow_last_try)
        attempt(case.wrong_patient)
        attempt(case.opt_out, mynaq.OPT_OUT_REMOVE)
        attempt(case.decide_all, mynaq.DECISION_REJECT, "medications")
        attempt(case.decide_all, mynaq.DECISION_ACCEPT)
        attempt(case.observe, {"jcs": 300})
        attempt(page)
