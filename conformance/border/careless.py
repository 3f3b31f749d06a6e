# SPDX-License-Identifier: MIT OR Apache-2.0
"""A careless host through mynaq.py: lets its session end within its own wake-up call, is called
again, wants a last try that is none, and ends the process with another session open. Prints `survived`.

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
try:
    plugin._call("case_allow_last_try", case.value)
    refused = False
except mynaq.MynaqError as error:
    refused = error.document["code"] == "usage.wrong_state"
left = plugin.open(sys.argv[3], log=lambda *_: None, wake=lambda _: None)
print("survived" if len(woken) >= 3 and not held and refused else "not as expected")
