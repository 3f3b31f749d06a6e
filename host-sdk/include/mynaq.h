/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * mynaq.h - the MynaQ interface, version 1.0
 *
 * MynaQ (マイナQ) is a library that dispatch and ambulance-record software loads at run time. It
 * reads the patient's My Number Card, records identity check and consent, looks the patient up, and
 * offers the result in the fields of the host's own patient record.
 *
 * C99 and C++11. Nothing to link: load the library (dlopen, LoadLibrary) and find one symbol.
 *
 *     mynaq_negotiate_fn negotiate = (mynaq_negotiate_fn) find(library, MYNAQ_NEGOTIATE);
 *     const mynaq_plugin *plugin;
 *     negotiate(&host, &plugin, reason, sizeof reason);
 *     plugin->open(&host, path, strlen(path), &session, &error);
 *     plugin->case_open(session, opening, strlen(opening), &patient, &error);
 *     plugin->case_read_card(patient, &error);
 *     plugin->case_identity(patient, MYNAQ_IDENTITY_VISUAL, NULL, 0, &error);
 *     plugin->case_consent(patient, MYNAQ_CONSENT_GIVEN, NULL, 0, &error);
 *     while (plugin->next_event(patient, 1000, &event, &error) >= MYNAQ_OK) { ... }
 *     plugin->case_close(patient, &error);
 *     plugin->close(session, &error);
 *
 * samples/hosts/c is a whole host. INTERFACE.md is the manual; the words in brackets below are its
 * thread tags.
 *
 *   [any-thread]   may be called from any thread, at any time, and returns at once: within a few
 *                  milliseconds, except open and close, which read files and end threads.
 *   [waits]        may be called from any thread, but waits up to the timeout given: never on a
 *                  thread that draws a screen, except with a timeout of 0.
 *
 * Memory. What you hand in is copied before the call returns. What the library hands out is a
 * mynaq_document, yours until release(document.handle).
 *
 * Handles are numbers. A closed, foreign or made-up one gets MYNAQ_ERROR_UNKNOWN_HANDLE.
 *
 * Errors. Every function returns a status: 0 or more is success, less is an error. If `error` is not
 * NULL it then receives a document (schema/error.schema.json) with what happened and what to do
 * now, in Japanese and English. On success it is left untouched.
 *
 * Never unload the library. Load it after fork, never before.
 */
#ifndef MYNAQ_H
#define MYNAQ_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(_WIN32)
#define MYNAQ_CALL __cdecl
#else
#define MYNAQ_CALL
#endif

/* ---- Version ---------------------------------------------------------------------------------- */

#define MYNAQ_ABI_MAJOR 1u
#define MYNAQ_ABI_MINOR 0u
#define MYNAQ_ABI_VERSION (MYNAQ_ABI_MAJOR << 16 | MYNAQ_ABI_MINOR)

/* ---- Words ------------------------------------------------------------------------------------ */

/* How the crew made sure whose card it is. */
#define MYNAQ_IDENTITY_VISUAL 1u /* 目視: the face was compared with the photo */
#define MYNAQ_IDENTITY_PIN 2u    /* the patient typed the 4 digits; the card checks them */
#define MYNAQ_IDENTITY_FAILED 3u /* neither worked: nothing is viewed */

/* What the patient said. */
#define MYNAQ_CONSENT_GIVEN 1u        /* 口頭同意 */
#define MYNAQ_CONSENT_UNOBTAINABLE 2u /* 同意取得困難: needs a reason, below */
#define MYNAQ_CONSENT_REFUSED 3u      /* ends the matter for this case */

/* Why consent could not be had. Life or body must need protecting in each of them. */
#define MYNAQ_REASON_UNCONSCIOUS "unconscious"
#define MYNAQ_REASON_IMPAIRED_CONSCIOUSNESS "impaired_consciousness"
#define MYNAQ_REASON_CANNOT_COMMUNICATE "cannot_communicate"

/* What is asked for. */
#define MYNAQ_SCOPE_SUMMARY 1u                 /* 救急用サマリー */
#define MYNAQ_SCOPE_FULL 2u                    /* 救急用全量版 */
#define MYNAQ_SCOPE_FULL_WITH_PRESCRIPTIONS 3u /* 電子処方箋＋サマリー＋全量版 */

/* What the crew does with an offer. */
#define MYNAQ_DECISION_ACCEPT 1u
#define MYNAQ_DECISION_REJECT 2u

/* ---- Status ----------------------------------------------------------------------------------- */

#define MYNAQ_OK 0
#define MYNAQ_NOTHING 1 /* next_event: nothing happened in time; not an error */

/* The errors a host meets in its own code. The others reach the crew as events and error documents;
 * schema/error.schema.json lists every code. */
#define MYNAQ_ERROR_NULL_ARGUMENT (-101)
#define MYNAQ_ERROR_NOT_UTF8 (-102)
#define MYNAQ_ERROR_UNKNOWN_HANDLE (-103)
#define MYNAQ_ERROR_UNKNOWN_VALUE (-104)
#define MYNAQ_ERROR_WRONG_STATE (-105)
#define MYNAQ_ERROR_BAD_DOCUMENT (-106)
#define MYNAQ_ERROR_INCOMPATIBLE (-107)
#define MYNAQ_ERROR_TOO_LARGE (-108)
#define MYNAQ_ERROR_FORKED (-109)
#define MYNAQ_ERROR_PANIC (-901)
#define MYNAQ_ERROR_STOPPED (-902)

/* ---- The host --------------------------------------------------------------------------------- */

#define MYNAQ_LOG_ERROR 1u
#define MYNAQ_LOG_WARN 2u
#define MYNAQ_LOG_INFO 3u
#define MYNAQ_LOG_DEBUG 4u
#define MYNAQ_LOG_TRACE 5u

/* A handle of a session or of a case. 0 is never one. */
typedef uint64_t mynaq_handle;

/* What you give. Copied by open: it need not live longer than the call. */
typedef struct mynaq_host {
    uint32_t struct_size; /* sizeof(mynaq_host) */
    uint32_t abi_version; /* MYNAQ_ABI_VERSION */
    void *context;        /* handed back in both calls; the library never looks inside */

    /* A line of the library's log, UTF-8, not NUL-terminated; never anything about a patient. Called
     * on any thread, until close returns. May be NULL. */
    void(MYNAQ_CALL *log)(void *context, uint32_t level, const char *target, uint64_t target_size,
                          const char *message, uint64_t message_size);

    /* This case has events: post yourself a message and fetch them with next_event and a timeout
     * of 0. Called on any thread, until close returns. May be NULL. */
    void(MYNAQ_CALL *wake)(void *context, mynaq_handle patient);
} mynaq_host;

/* ---- Documents -------------------------------------------------------------------------------- */

/* UTF-8 text the library lends you until you release its handle. A NUL follows the last byte.
 * Events, records and errors hold patient data: release them soon, they are wiped then. */
typedef struct mynaq_document {
    mynaq_handle handle; /* 0: no document */
    uint64_t size;       /* bytes, without the NUL */
    const char *data;
} mynaq_document;

/* ---- The plugin ------------------------------------------------------------------------------- */

/* The function table. Later minor versions append; a function is there if struct_size covers it and
 * it is not NULL. */
typedef struct mynaq_plugin {
    uint32_t struct_size;
    uint32_t abi_version;        /* what both speak: same major, the lower minor */
    const char *product_version; /* for people */

    /* Opens a session on a configuration file (TOML). Sessions on one file share one engine.
     * config_path: UTF-8. Close the session with close. [any-thread]
     * Errors: config.*, gate.no_record when the ledger cannot be opened. */
    int32_t(MYNAQ_CALL *open)(const mynaq_host *host, const char *config_path,
                              uint64_t config_path_size, mynaq_handle *session,
                              mynaq_document *error);

    /* Closes a session and every case in it, wipes their memory, and ends the library's threads when
     * it was the last. Neither log nor wake is called once it has returned. [any-thread] */
    int32_t(MYNAQ_CALL *close)(mynaq_handle session, mynaq_document *error);

    /* Opens a case: one patient contact. opening: JSON, schema/case-opening.schema.json, such as
     * {"incident":"2026-000123","unit":"A1","terminal":"T1","crew_member":"C7","pack":"record-app"}
     * [any-thread] Errors: usage.bad_document, mapping.unknown_pack, mapping.invalid_pack. */
    int32_t(MYNAQ_CALL *case_open)(mynaq_handle session, const char *opening, uint64_t opening_size,
                                   mynaq_handle *patient, mynaq_document *error);

    /* Starts waiting for a card and reading it; the crew may still be asking for consent. Events:
     * card_awaited, card_found, card_read or trouble. [any-thread]
     * Errors: usage.wrong_state while a reading is under way, gate.refused. */
    int32_t(MYNAQ_CALL *case_read_card)(mynaq_handle patient, mynaq_document *error);

    /* Records the identity check. With MYNAQ_IDENTITY_PIN, pin holds the 4 ASCII digits the patient
     * typed just now: the card is read and checks them; identity_recorded or trouble follows. With
     * the others pin is NULL. [any-thread]
     * Errors: usage.unknown_value, card.pin_malformed, usage.wrong_state, gate.refused. */
    int32_t(MYNAQ_CALL *case_identity)(mynaq_handle patient, uint32_t identity, const char *pin,
                                       uint64_t pin_size, mynaq_document *error);

    /* Records the patient's word. reason: one of MYNAQ_REASON_*, with MYNAQ_CONSENT_UNOBTAINABLE
     * only. Refusal wipes the card and ends the matter. [any-thread]
     * Errors: gate.reason_required, gate.reason_unknown, gate.refused after a refusal. */
    int32_t(MYNAQ_CALL *case_consent)(mynaq_handle patient, uint32_t consent, const char *reason,
                                      uint64_t reason_size, mynaq_document *error);

    /* Starts the look-up. The gate must be open (event gate, state open). Its basis is on the disk
     * before anything leaves. Events: look_up_sent, then summary and record, or trouble.
     * [any-thread] Errors: gate.not_ready, gate.identity_failed, gate.refused, usage.wrong_state. */
    int32_t(MYNAQ_CALL *case_look_up)(mynaq_handle patient, uint32_t scope, mynaq_document *error);

    /* Cancels the reading or look-up under way; nothing under way is no error. [any-thread] */
    int32_t(MYNAQ_CALL *case_cancel)(mynaq_handle patient, mynaq_document *error);

    /* The crew takes or leaves the offer in a field of the record. [any-thread]
     * Errors: usage.wrong_state without a record or an offer, mapping.unknown_field. */
    int32_t(MYNAQ_CALL *case_decide)(mynaq_handle patient, const char *field, uint64_t field_size,
                                     uint32_t decision, mynaq_document *error);

    /* The record as it stands: JSON, schema/record.schema.json. [any-thread]
     * Errors: usage.wrong_state without a record. */
    int32_t(MYNAQ_CALL *case_record)(mynaq_handle patient, mynaq_document *record,
                                     mynaq_document *error);

    /* Wipes everything of the patient and closes the case. Whoever waits in next_event returns with
     * usage.unknown_handle. [any-thread] */
    int32_t(MYNAQ_CALL *case_close)(mynaq_handle patient, mynaq_document *error);

    /* The next event of a case: JSON, schema/event.schema.json. Waits up to timeout_ms and returns
     * MYNAQ_NOTHING if nothing happened. Ignore kinds and members you do not know. [waits] */
    int32_t(MYNAQ_CALL *next_event)(mynaq_handle patient, uint32_t timeout_ms,
                                    mynaq_document *event, mynaq_document *error);

    /* Gives a document back; 0 is allowed. [any-thread] */
    int32_t(MYNAQ_CALL *release)(mynaq_handle document);

    /* The table of an optional extension by its id, or NULL. There are none yet. [any-thread] */
    const void *(MYNAQ_CALL *extension)(const char *id, uint64_t id_size);
} mynaq_plugin;

/* ---- The one exported function ---------------------------------------------------------------- */

#define MYNAQ_NEGOTIATE "mynaq_negotiate"

/* Agrees on a version and hands out the table, which stays valid for ever. On refusal `reason`
 * receives a NUL-terminated text a person can read. [any-thread]
 * Errors: MYNAQ_ERROR_NULL_ARGUMENT, MYNAQ_ERROR_INCOMPATIBLE. */
typedef int32_t(MYNAQ_CALL *mynaq_negotiate_fn)(const mynaq_host *host, const mynaq_plugin **plugin,
                                                char *reason, uint64_t reason_capacity);

/* ---- Layout: the same on both sides, or this does not compile ---------------------------------- */

#define MYNAQ_LAYOUT(name, condition) typedef char mynaq_layout_##name[(condition) ? 1 : -1]
MYNAQ_LAYOUT(host_context, offsetof(mynaq_host, context) == 8);
MYNAQ_LAYOUT(host_wake, offsetof(mynaq_host, wake) == 8 + 2 * sizeof(void *));
MYNAQ_LAYOUT(document_size, offsetof(mynaq_document, size) == 8);
MYNAQ_LAYOUT(document_data, offsetof(mynaq_document, data) == 16);
MYNAQ_LAYOUT(plugin_version, offsetof(mynaq_plugin, product_version) == 8);
MYNAQ_LAYOUT(plugin_open, offsetof(mynaq_plugin, open) == 8 + sizeof(void *));
MYNAQ_LAYOUT(plugin_extension, offsetof(mynaq_plugin, extension) == 8 + 14 * sizeof(void *));
#undef MYNAQ_LAYOUT

#ifdef __cplusplus
}
#endif

#endif
