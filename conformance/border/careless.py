# SPDX-License-Identifier: MIT OR Apache-2.0
"""A careless host through mynaq.py: lets its session end within its own wake-up call, is called
again, wants what cannot be had of a case that has only been opened, and ends the process with
another session open. Prints `survived`.

    careless.py BINDING_FOLDER PLUGIN CONFIG
"""
import ctypes
import gc
import json
import sys

sys.path.insert(0, sys.argv[1])
import mynaq

OPENING = json.dumps({"incident": "X", "unit": "X", "terminal": "X", "crew_member": "X",
                      "pack": "record-app"}).encode()
held = []
woken = []


def wake(_):
    woken.append(1)
    held.clear()
    gc.collect()
    raise RuntimeError("no exception may leave")


plugin = mynaq.load(sys.argv[2])
held.append(plugin.open(sys.argv[3], wake=wake))
# By its number, so that no Case keeps the session.
case = ctypes.c_uint64()
plugin._call("case_open", held[0]._handle, OPENING, len(OPENING), ctypes.byref(case))
for _ in range(2):  # the first time the session is gone already: its callbacks must still be there
    plugin._call("case_identity", case.value, mynaq.IDENTITY_VISUAL, None, 0)
left = plugin.open(sys.argv[3], log=lambda *_: None, wake=lambda _: None)


def refused(call, *words):
    try:
        call(*words)
        return False
    except mynaq.MynaqError as error:
        return error.document["code"] == "usage.wrong_state"


# A last try of no PIN, another person's card and a list for it where none was read, offers and a
# notice where nobody was viewed.
fresh = left.open_case(json.loads(OPENING))
all_refused = all([refused(fresh.allow_last_try), refused(fresh.wrong_patient),
                   refused(fresh.opt_out, mynaq.OPT_OUT_ADD),
                   refused(fresh.decide_all, mynaq.DECISION_ACCEPT), refused(fresh.notice_page)])
print("survived" if len(woken) >= 3 and not held and all_refused else "not as expected")
