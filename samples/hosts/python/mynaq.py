# SPDX-License-Identifier: MIT OR Apache-2.0
"""MynaQ for Python: the C interface (host-sdk/include/mynaq.h) through ctypes.

One file, no dependency, Python 3.8 or newer, Linux and Windows, 32 and 64 bit. Take it as it is.

    plugin = mynaq.load("/opt/mynaq/libmynaq_plugin.so")
    with plugin.open("/etc/mynaq/mynaq.toml", log=print) as session:
        with session.open_case({"incident": "2026-000123", "unit": "A1", "terminal": "T1",
                                "crew_member": "C7", "pack": "record-app"}) as case:
            case.read_card()
            case.identity(mynaq.IDENTITY_VISUAL)
            case.consent(mynaq.CONSENT_GIVEN)
            while (event := case.next_event(30.0)) is not None:
                ...

A failed call raises MynaqError, whose `document` says in Japanese and English what happened and
what to do now. Events, records and errors hold patient data: do not log them.

INTERFACE.md is the contract; THR-4 and the like are its clauses.
"""

import atexit
import ctypes
import functools
import json
import os
import sys
import weakref
from ctypes import POINTER, byref, c_char, c_char_p, c_int32, c_uint32, c_uint64, c_void_p

ABI_VERSION = 1 << 16 | 1

IDENTITY_VISUAL, IDENTITY_PIN, IDENTITY_FAILED = 1, 2, 3
CONSENT_GIVEN, CONSENT_UNOBTAINABLE, CONSENT_REFUSED = 1, 2, 3
SCOPE_SUMMARY, SCOPE_FULL, SCOPE_FULL_WITH_PRESCRIPTIONS = 1, 2, 3
DECISION_ACCEPT, DECISION_REJECT = 1, 2
NOTICE_HANDED_OVER, NOTICE_NOT_HANDED_OVER = 1, 2
OPT_OUT_ADD, OPT_OUT_REMOVE = 1, 2
NOTICE_LANGUAGE_JA, NOTICE_LANGUAGE_JA_FURIGANA, NOTICE_LANGUAGE_EN, NOTICE_LANGUAGE_ZH = 1, 2, 3, 4
NOTICE_LANGUAGE_KO, NOTICE_LANGUAGE_PT, NOTICE_LANGUAGE_VI = 5, 6, 7
LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG, LOG_TRACE = 1, 2, 3, 4, 5

OK, NOTHING = 0, 1
INCOMPATIBLE = -107


class MynaqError(Exception):
    """A call failed.

    status: the number of mynaq.h. document: what schema/error.schema.json describes, or None.
    """

    def __init__(self, what, status, document=None):
        self.status = status
        self.document = document
        text = json.dumps(document, ensure_ascii=False) if document else ""
        super().__init__(f"{what}: {status} {text}".rstrip())


# ---- The structures of mynaq.h ------------------------------------------------------------------

_LOG = ctypes.CFUNCTYPE(None, c_void_p, c_uint32, POINTER(c_char), c_uint64, POINTER(c_char),
                        c_uint64)
_WAKE = ctypes.CFUNCTYPE(None, c_void_p, c_uint64)


class _Host(ctypes.Structure):
    _fields_ = [("struct_size", c_uint32), ("abi_version", c_uint32), ("context", c_void_p),
                ("log", _LOG), ("wake", _WAKE)]


class _Document(ctypes.Structure):
    _fields_ = [("handle", c_uint64), ("size", c_uint64), ("data", c_void_p)]


_ERROR = POINTER(_Document)


def _slot(*arguments):
    return ctypes.CFUNCTYPE(c_int32, *arguments)


_HANDLE = _slot(c_uint64, _ERROR)
_WORD = _slot(c_uint64, c_uint32, _ERROR)
_WORD_TEXT = _slot(c_uint64, c_uint32, c_char_p, c_uint64, _ERROR)
_TEXT = _slot(c_uint64, c_char_p, c_uint64, _ERROR)
_TEXT_WORD = _slot(c_uint64, c_char_p, c_uint64, c_uint32, _ERROR)
_DOCUMENT = _slot(c_uint64, POINTER(_Document), _ERROR)
_WORD_DOCUMENT = _slot(c_uint64, c_uint32, POINTER(_Document), _ERROR)


class _Table(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("abi_version", c_uint32),
        ("product_version", c_char_p),
        ("open", _slot(POINTER(_Host), c_char_p, c_uint64, POINTER(c_uint64), _ERROR)),
        ("close", _HANDLE),
        ("shutdown", _slot(_ERROR)),
        ("capabilities", _DOCUMENT),
        ("case_open", _slot(c_uint64, c_char_p, c_uint64, POINTER(c_uint64), _ERROR)),
        ("case_read_card", _HANDLE),
        ("case_identity", _WORD_TEXT),
        ("case_consent", _WORD_TEXT),
        ("case_look_up", _WORD),
        ("case_cancel", _HANDLE),
        ("case_decide", _TEXT_WORD),
        ("case_record", _DOCUMENT),
        ("case_export", _slot(c_uint64, c_char_p, c_uint64, POINTER(_Document), _ERROR)),
        ("case_notice", _WORD),
        ("case_close", _HANDLE),
        ("next_event", _WORD_DOCUMENT),
        ("release", _slot(c_uint64)),
        ("extension", ctypes.CFUNCTYPE(c_void_p, c_char_p, c_uint64)),
        ("case_allow_last_try", _HANDLE),
        ("log_in", _TEXT),
        ("log_out", _TEXT),
        ("case_observe", _TEXT),
        ("case_wrong_patient", _HANDLE),
        ("case_opt_out", _WORD),
        ("case_decide_all", _TEXT_WORD),
        ("case_notice_page", _WORD_DOCUMENT),
    ]


# ---- The plugin ---------------------------------------------------------------------------------

class Plugin:
    """The loaded library. It is never unloaded (LIFE-1). Make one with load()."""

    def __init__(self, table):
        self._table = table

    @property
    def product_version(self):
        return self._table.contents.product_version.decode("utf-8")

    def has(self, function):
        """Whether the plugin has a function of the table (NEG-3)."""
        field = getattr(_Table, function)
        table = self._table.contents
        covered = field.offset + field.size <= table.struct_size
        return covered and bool(getattr(table, function))

    def open(self, config, log=None, wake=None):
        """Opens a session on a configuration file. Blocks: it reads files and starts threads.

        log(level, target, message): on any thread; nothing may be called from within (THR-4).
        wake(case_id): this case has events; post yourself a message and fetch them there with
        next_event(0). Both must return at once.
        """
        return Session(self, config, log, wake)

    def shutdown(self):
        """Ends everything in this process, whoever opened it: only where the process ends."""
        self._call("shutdown")

    def _call(self, function, *arguments):
        """Calls a function of the table; raises MynaqError. Returns the status."""
        if not self.has(function):
            raise MynaqError(f"the plugin's table has no {function}", INCOMPATIBLE)
        error = _Document()
        status = getattr(self._table.contents, function)(*arguments, byref(error))
        if status < OK:
            text = self._take(error)
            raise MynaqError(function, status, json.loads(text) if text else None)
        return status

    def _take(self, document):
        """Copies a document and gives it back."""
        if not document.handle:
            return b""
        copy = ctypes.string_at(document.data, document.size)
        self._table.contents.release(document.handle)
        return copy


def load(path):
    """Loads the library by its full path. Raises OSError if it is none, MynaqError if it is not
    compatible."""
    mode = {} if sys.platform == "win32" else {"mode": os.RTLD_NOW | os.RTLD_LOCAL}
    library = ctypes.CDLL(os.fspath(path), **mode)
    try:
        negotiate = library.mynaq_negotiate
    except AttributeError:
        raise OSError(f"{path} is not a MynaQ plugin") from None
    negotiate.restype = c_int32
    negotiate.argtypes = [POINTER(_Host), POINTER(POINTER(_Table)), POINTER(c_char), c_uint64]
    host = _Host(ctypes.sizeof(_Host), ABI_VERSION)
    table = POINTER(_Table)()
    reason = ctypes.create_string_buffer(512)
    status = negotiate(byref(host), byref(table), reason, len(reason))
    if status != OK:
        raise MynaqError(reason.value.decode("utf-8", "replace"), status)
    return Plugin(table)


# ---- A session ----------------------------------------------------------------------------------

class Session:
    """One host's use of the plugin with one configuration. Close it, or use it in `with`."""

    def __init__(self, plugin, config, log, wake):
        self._plugin = plugin
        # The library may call these until close has returned: they live as long as this object,
        # and this object as long as it is open.
        self._log = _LOG(_guarded_log(log) if log else 0)
        self._wake = _WAKE(_guarded_wake(wake) if wake else 0)
        host = _Host(ctypes.sizeof(_Host), ABI_VERSION, None, self._log, self._wake)
        # A path that is no UTF-8 gets the library's own error.
        path = os.fspath(config).encode("utf-8", "surrogateescape")
        handle = c_uint64()
        plugin._call("open", byref(host), path, len(path), byref(handle))
        self._handle = handle.value
        # A library thread that enters an interpreter which is ending takes the process down.
        self._at_exit = functools.partial(_close_at_exit, weakref.ref(self))
        atexit.register(self._at_exit)

    def capabilities(self):
        """What can be done here: packs with fields and formats, reasons, limits. A dict."""
        document = _Document()
        self._plugin._call("capabilities", self._handle, byref(document))
        return json.loads(self._plugin._take(document))

    def log_in(self, log_in):
        """A crew member begins a shift, in every session on the configuration; never at a patient.
        log_in: a dict after schema/log-in.schema.json. Since 1.1: INCOMPATIBLE where the plugin has
        it not."""
        text = json.dumps(log_in, ensure_ascii=False).encode("utf-8")
        self._plugin._call("log_in", self._handle, text, len(text))

    def log_out(self, crew_member):
        """A crew member ends it: their cases can be finished, but view nothing more. Since 1.1, as
        above."""
        name = crew_member.encode("utf-8")
        self._plugin._call("log_out", self._handle, name, len(name))

    def open_case(self, opening):
        """Opens a case. opening: a dict after schema/case-opening.schema.json."""
        return Case(self, opening)

    def close(self):
        """Closes the session and every case in it; neither log nor wake is called afterwards.
        Within log or wake it is refused and the session stays open."""
        if self._handle:
            self._plugin._call("close", self._handle)
            self._handle = 0
            atexit.unregister(self._at_exit)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __del__(self):
        if not getattr(self, "_handle", 0):
            return
        try:
            self.close()
        except Exception:
            # Collected within log or wake: the session is still open and the library may go on
            # calling both. They must never be freed.
            for callback in (self._log, self._wake):
                _keep(callback)


def _close_at_exit(session):
    if session() is not None:
        try:
            session().close()
        except MynaqError:  # shut down already
            pass


# One reference that nobody gives back.
_keep = ctypes.pythonapi.Py_IncRef
_keep.argtypes, _keep.restype = [ctypes.py_object], None


# An exception must not leave a callback (THR-5). ctypes would print it; a host's own defect in its
# log is not worth the crew's screen.

def _guarded_log(log):
    def call(_, level, target, target_size, message, message_size):
        try:
            log(level, ctypes.string_at(target, target_size).decode("utf-8", "replace"),
                ctypes.string_at(message, message_size).decode("utf-8", "replace"))
        except Exception:
            pass
    return call


def _guarded_wake(wake):
    def call(_, case):
        try:
            wake(case)
        except Exception:
            pass
    return call


# ---- A case -------------------------------------------------------------------------------------

class Case:
    """One patient contact. Every command returns at once; what comes of it arrives as events."""

    def __init__(self, session, opening):
        self._session = session  # keeps it open as long as a case is
        self._plugin = session._plugin
        text = json.dumps(opening, ensure_ascii=False).encode("utf-8")
        handle = c_uint64()
        self._plugin._call("case_open", session._handle, text, len(text), byref(handle))
        self._handle = handle.value

    @property
    def id(self):
        """The number wake names this case with."""
        return self._handle

    def read_card(self):
        """Starts waiting for a card and reading it; the crew may still be asking."""
        self._plugin._call("case_read_card", self._handle)

    def identity(self, identity, pin=None):
        """Records the identity check; `pin` is the patient's 4 digits, with IDENTITY_PIN only."""
        digits = pin.encode("utf-8") if pin else None
        self._plugin._call("case_identity", self._handle, identity, digits, len(digits or b""))

    def allow_last_try(self):
        """Allows the last try of the PIN to be spent by the next check on the same card, after a check
        that ended with card.pin_last_try. Since 1.1: INCOMPATIBLE where the plugin has it not."""
        self._plugin._call("case_allow_last_try", self._handle)

    def observe(self, observation):
        """Records what the crew sees of patient and card: a dict after schema/observation.schema.json;
        members that are not given stay. Since 1.1, as above."""
        text = json.dumps(observation, ensure_ascii=False).encode("utf-8")
        self._plugin._call("case_observe", self._handle, text, len(text))

    def wrong_patient(self):
        """The card was another person's: everything of it is wiped. Take the fields that the event
        `withdrawn` names out of your record. Since 1.1, as above."""
        self._plugin._call("case_wrong_patient", self._handle)

    def opt_out(self, opt_out):
        """At the department's counter: puts the holder of the card that was read on its list of people
        not to be looked up, or takes them off it. Since 1.1, as above."""
        self._plugin._call("case_opt_out", self._handle, opt_out)

    def consent(self, consent, reason=None):
        """Records the patient's word; `reason` is a word, with CONSENT_UNOBTAINABLE only."""
        word = reason.encode("utf-8") if reason else None
        self._plugin._call("case_consent", self._handle, consent, word, len(word or b""))

    def look_up(self, scope=SCOPE_SUMMARY):
        """Starts the look-up. The gate must be open."""
        self._plugin._call("case_look_up", self._handle, scope)

    def cancel(self):
        """Cancels the reading or look-up under way, if any."""
        self._plugin._call("case_cancel", self._handle)

    def decide(self, field, decision):
        """The crew takes or leaves the offer in a field."""
        name = field.encode("utf-8")
        self._plugin._call("case_decide", self._handle, name, len(name), decision)

    def decide_all(self, decision, section=None):
        """The crew takes or leaves every offer; with a section of the summary, such as `medications`,
        those that come from it. Since 1.1, as above."""
        name = section.encode("utf-8") if section else None
        self._plugin._call("case_decide_all", self._handle, name, len(name or b""), decision)

    def record(self):
        """The record as it stands: the bytes of a JSON document."""
        document = _Document()
        self._plugin._call("case_record", self._handle, byref(document))
        return self._plugin._take(document)

    def export(self, format="json"):
        """What the crew accepted, and nothing else, in a format of the pack: bytes to store."""
        name = format.encode("utf-8")
        document = _Document()
        self._plugin._call("case_export", self._handle, name, len(name), byref(document))
        return self._plugin._take(document)

    def notice(self, notice):
        """Records what became of the notice after a viewing without consent."""
        self._plugin._call("case_notice", self._handle, notice)

    def notice_page(self, language=NOTICE_LANGUAGE_JA):
        """The notice as a page ready to print: the bytes of an HTML document, nothing medical. Since
        1.1, as above."""
        document = _Document()
        self._plugin._call("case_notice_page", self._handle, language, byref(document))
        return self._plugin._take(document)

    def next_event(self, timeout):
        """The next event as a dict; None if nothing happened within `timeout` seconds. Never call
        it with a timeout on a thread that draws a screen (THR-2)."""
        document = _Document()
        status = self._plugin._call("next_event", self._handle, max(0, int(timeout * 1000)),
                                    byref(document))
        return None if status == NOTHING else json.loads(self._plugin._take(document))

    def close(self):
        """Wipes everything of the patient and closes the case."""
        if self._handle:
            handle, self._handle = self._handle, 0
            self._plugin._call("case_close", handle)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __del__(self):
        try:
            if getattr(self, "_handle", 0):
                self.close()
        except Exception:  # closed by its session already, or the interpreter is ending
            pass
