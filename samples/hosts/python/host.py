# SPDX-License-Identifier: MIT OR Apache-2.0
"""One case in Python: loads the plugin by path, reads the card, looks up, prints the record as JSON.

    host.py PLUGIN CONFIG IDENTITY CONSENT [REASON]
    host.py ./libmynaq_plugin.so mynaq.toml visual given
    host.py ./libmynaq_plugin.so mynaq.toml visual unobtainable unconscious

With the environment variable MYNAQ_LOG the library's log goes to the standard error.
Exit: 0 the record was printed, 1 the case ended without one, 2 the host could not work.
"""

import json
import os
import sys

import mynaq

OPENING = {"incident": "PY-0001", "unit": "PY", "terminal": "PY", "crew_member": "PY",
           "pack": "record-app"}
CONSENTS = {"given": mynaq.CONSENT_GIVEN, "refused": mynaq.CONSENT_REFUSED}


def say(text):
    # Bytes: a console may have a code page of its own.
    sys.stderr.buffer.write(text.encode("utf-8") + b"\n")
    sys.stderr.buffer.flush()


def follow(case):
    """Follows the case until there is a record."""
    for _ in range(120):
        event = case.next_event(1.0)
        if event is None:
            continue
        kind = event["event"]
        if kind == "gate" and event["state"] == "open":
            case.look_up(mynaq.SCOPE_SUMMARY)
        elif kind == "record":
            return True
        elif kind == "trouble" or (kind == "gate" and event["state"] == "closed"):
            say(json.dumps(event, ensure_ascii=False))
            if not event.get("goes_on"):
                return False
    return False


def run(case, identity, consent, reason):
    try:
        case.read_card()
        case.identity(mynaq.IDENTITY_VISUAL if identity == "visual" else mynaq.IDENTITY_FAILED)
        case.consent(CONSENTS.get(consent, mynaq.CONSENT_UNOBTAINABLE), reason)
        if not follow(case):
            return 1
        record = case.record()
    except mynaq.MynaqError as error:
        say(str(error))
        return 1
    sys.stdout.buffer.write(record + b"\n")
    sys.stdout.buffer.flush()
    return 0


def main(arguments):
    if len(arguments) < 4:
        say("host.py PLUGIN CONFIG visual|failed given|unobtainable|refused [REASON]")
        return 2
    plugin, config, identity, consent = arguments[:4]
    reason = arguments[4] if len(arguments) > 4 else None
    log = None
    if "MYNAQ_LOG" in os.environ:
        log = lambda level, target, message: say(f"{level} {target} {message}")
    try:
        with mynaq.load(plugin).open(config, log=log) as session:
            with session.open_case(OPENING) as case:
                return run(case, identity, consent, reason)
    except (mynaq.MynaqError, OSError) as error:
        say(str(error))
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
