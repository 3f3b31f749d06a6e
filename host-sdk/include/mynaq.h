/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * mynaq.h - the MynaQ interface, version 1.1
 *
 * MynaQ (マイナQ) is a library that dispatch and ambulance-record software loads at run time. It
 * reads the patient's My Number Card, records identity check and consent, looks the patient up, and
 * offers the result in the fields of the host's own patient record.
 *
 * C99 and C++11. Nothing to link: load the library (dlopen, LoadLibrary), find one symbol, and agree
 * on a version. Everything else is in the table that comes back.
 *
 *     mynaq_negotiate_fn negotiate = (mynaq_negotiate_fn) find(library, MYNAQ_NEGOTIATE);
 *     const mynaq_plugin *mynaq;
 *     negotiate(&host, &mynaq, reason, sizeof reason);
 *
 * Then a case runs from top to bottom of this file:
 *
 *     mynaq->open(&host, path, strlen(path), &session, &error);
 *     mynaq->case_open(session, opening, strlen(opening), &patient, &error);
 *     mynaq->case_read_card(patient, &error);
 *     mynaq->case_identity(patient, MYNAQ_IDENTITY_VISUAL, NULL, 0, &error);
 *     mynaq->case_consent(patient, MYNAQ_CONSENT_GIVEN, NULL, 0, &error);
 *     while (mynaq->next_event(patient, 1000, &event, &error) >= MYNAQ_OK) { ... }
 *     mynaq->case_close(patient, &error);
 *     mynaq->close(session, &error);
 *
 * Where capabilities says log_in_required, the crew member has logged in before, when the shift began
 * (log_in, among what 1.1 appended).
 *
 * samples/hosts holds this host in C, C++, C#, Java and Python. INTERFACE.md is the contract behind
 * this file; words such as THR-2 are its clauses.
 *
 * THREADS. Every function carries one of three tags.
 *
 *   [any-thread]   From any thread, concurrently, also from within the host's wake. Returns at once.
 *   [waits]        From any thread. Waits up to the timeout given: never on a thread that draws a
 *                  screen, and within wake only with a timeout of 0.
 *   [blocks]       From any thread, but not from within wake. Reads files, starts or ends threads.
 *
 * From within the host's log nothing may be called. A call in the wrong place does nothing and gets
 * MYNAQ_ERROR_WRONG_THREAD.
 *
 * MEMORY. What you hand in is copied before the call returns. What the library hands out is a
 * mynaq_document, yours until release(document.handle). Every result you pass a place for is written
 * by every call: on failure it is empty (0), on success `error` is.
 *
 * HANDLES are numbers. A closed, foreign or made-up one gets MYNAQ_ERROR_UNKNOWN_HANDLE. Sessions,
 * cases and documents may be given back in any order.
 *
 * ERRORS. Every function returns a status: 0 or more is success, less is an error. `error` may be
 * NULL; otherwise it receives a document (schema/error.schema.json) that says what happened and what
 * to do now, in Japanese and English. Every function may also return, and its comment does not
 * repeat: MYNAQ_ERROR_NULL_ARGUMENT, NOT_UTF8, TOO_LARGE, UNKNOWN_HANDLE, WRONG_THREAD, FORKED,
 * PANIC, STOPPED.
 *
 * TEXTS are UTF-8 with a size in bytes and need no NUL. 64 KiB is the longest that is taken.
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
#define MYNAQ_ABI_MINOR 1u
#define MYNAQ_ABI_VERSION (MYNAQ_ABI_MAJOR << 16 | MYNAQ_ABI_MINOR)

/* ---- Words ------------------------------------------------------------------------------------ */

/* How the crew made sure whose card it is (本人確認). */
#define MYNAQ_IDENTITY_VISUAL 1u /* 目視: the face was compared with the photo */
#define MYNAQ_IDENTITY_PIN 2u    /* the patient typed the 4 digits; the card checks them */
#define MYNAQ_IDENTITY_FAILED 3u /* neither worked: nothing is viewed */

/* What the patient said (同意). */
#define MYNAQ_CONSENT_GIVEN 1u        /* 口頭同意 */
#define MYNAQ_CONSENT_UNOBTAINABLE 2u /* 同意取得困難: needs a reason, below */
#define MYNAQ_CONSENT_REFUSED 3u      /* ends the matter for this case */

/* Why consent could not be had. Life or body must need protecting in each of them. */
#define MYNAQ_REASON_UNCONSCIOUS "unconscious"
#define MYNAQ_REASON_IMPAIRED_CONSCIOUSNESS "impaired_consciousness"
#define MYNAQ_REASON_CANNOT_COMMUNICATE "cannot_communicate"

/* What is asked for (情報要求パターン). */
#define MYNAQ_SCOPE_SUMMARY 1u                 /* 救急用サマリー */
#define MYNAQ_SCOPE_FULL 2u                    /* 救急用全量版 */
#define MYNAQ_SCOPE_FULL_WITH_PRESCRIPTIONS 3u /* 電子処方箋＋サマリー＋全量版 */

/* What the crew does with an offer. */
#define MYNAQ_DECISION_ACCEPT 1u
#define MYNAQ_DECISION_REJECT 2u

/* What became of the notice (傷病者用説明書) that follows a viewing without consent. */
#define MYNAQ_NOTICE_HANDED_OVER 1u     /* to the patient or to somebody with them */
#define MYNAQ_NOTICE_NOT_HANDED_OVER 2u /* there was nobody to take it */

/* What the holder of a card wants of the department's list of people not to be looked up. */
#define MYNAQ_OPT_OUT_ADD 1u    /* to be on it */
#define MYNAQ_OPT_OUT_REMOVE 2u /* to be off it again */

/* A language the notice can be printed in; capabilities says which there are. */
#define MYNAQ_NOTICE_LANGUAGE_JA 1u
#define MYNAQ_NOTICE_LANGUAGE_JA_FURIGANA 2u
#define MYNAQ_NOTICE_LANGUAGE_EN 3u
#define MYNAQ_NOTICE_LANGUAGE_ZH 4u /* simplified */
#define MYNAQ_NOTICE_LANGUAGE_KO 5u
#define MYNAQ_NOTICE_LANGUAGE_PT 6u
#define MYNAQ_NOTICE_LANGUAGE_VI 7u

/* The format every pack can write its record in: a JSON object, field name to accepted value. */
#define MYNAQ_FORMAT_JSON "json"

/* ---- Status ----------------------------------------------------------------------------------- */

#define MYNAQ_OK 0
#define MYNAQ_NOTHING 1 /* next_event: nothing happened in time; not an error */

/* What a call can return. What goes wrong later, with the card or on the line, comes as an event.
 * Where a function returns REFUSED after a refusal, it returns OPTED_OUT in a case whose card's
 * holder does not want to be looked up. INTERFACE.md lists every code with its texts. */
#define MYNAQ_ERROR_NULL_ARGUMENT (-101)
#define MYNAQ_ERROR_NOT_UTF8 (-102)
#define MYNAQ_ERROR_UNKNOWN_HANDLE (-103)
#define MYNAQ_ERROR_UNKNOWN_VALUE (-104)
#define MYNAQ_ERROR_WRONG_STATE (-105)
#define MYNAQ_ERROR_BAD_DOCUMENT (-106)
#define MYNAQ_ERROR_INCOMPATIBLE (-107)
#define MYNAQ_ERROR_TOO_LARGE (-108)
#define MYNAQ_ERROR_FORKED (-109)
#define MYNAQ_ERROR_WRONG_THREAD (-110)
#define MYNAQ_ERROR_TOO_MANY (-111)
#define MYNAQ_ERROR_CONFIG_UNREADABLE (-201)
#define MYNAQ_ERROR_CONFIG_INVALID (-202)
#define MYNAQ_ERROR_CONFIG_CREDENTIALS (-203)
#define MYNAQ_ERROR_CONFIG_CONFLICT (-204)
#define MYNAQ_ERROR_PIN_MALFORMED (-412)
#define MYNAQ_ERROR_NO_PIN (-419)
#define MYNAQ_ERROR_GATE_NOT_READY (-501)
#define MYNAQ_ERROR_REASON_REQUIRED (-502)
#define MYNAQ_ERROR_REASON_UNKNOWN (-503)
#define MYNAQ_ERROR_IDENTITY_FAILED (-504)
#define MYNAQ_ERROR_REFUSED (-505)
#define MYNAQ_ERROR_NO_RECORD (-506)
#define MYNAQ_ERROR_NO_PHOTO (-507)
#define MYNAQ_ERROR_CONSENT_IMPOSSIBLE (-508)
#define MYNAQ_ERROR_REASON_UNFIT (-509)
#define MYNAQ_ERROR_OPTED_OUT (-510)
#define MYNAQ_ERROR_NOT_LOGGED_IN (-511)
#define MYNAQ_ERROR_LOG_IN_EXPIRED (-512)
#define MYNAQ_ERROR_TWO_FACTORS (-513)
#define MYNAQ_ERROR_CREW_UNKNOWN (-514)
#define MYNAQ_ERROR_CREW_EXPIRED (-515)
#define MYNAQ_ERROR_CREW_REVOKED (-516)
#define MYNAQ_ERROR_CREW_NO_RIGHT (-517)
#define MYNAQ_ERROR_ROSTER_EXPIRED (-518)
#define MYNAQ_ERROR_ROSTER_UNREADABLE (-519)
#define MYNAQ_ERROR_CLOCK_SET_BACK (-520)
#define MYNAQ_ERROR_TRANSCRIPTION (-522)
#define MYNAQ_ERROR_UNKNOWN_PACK (-801)
#define MYNAQ_ERROR_INVALID_PACK (-802)
#define MYNAQ_ERROR_UNKNOWN_FIELD (-803)
#define MYNAQ_ERROR_UNKNOWN_FORMAT (-804)
#define MYNAQ_ERROR_PANIC (-901)
#define MYNAQ_ERROR_STOPPED (-902)

/* ---- The host --------------------------------------------------------------------------------- */

#define MYNAQ_LOG_ERROR 1u
#define MYNAQ_LOG_WARN 2u
#define MYNAQ_LOG_INFO 3u
#define MYNAQ_LOG_DEBUG 4u
#define MYNAQ_LOG_TRACE 5u

/* A handle of a session, a case or a document. 0 is never one; the top bit is never set. */
typedef uint64_t mynaq_handle;

/* What you give. Copied by open: it need not live longer than the call.
 *
 *     mynaq_host host = {sizeof host, MYNAQ_ABI_VERSION, my_window, on_log, on_wake};
 */
typedef struct mynaq_host {
    uint32_t struct_size; /* sizeof(mynaq_host) */
    uint32_t abi_version; /* MYNAQ_ABI_VERSION */
    void *context;        /* handed back in both calls; the library never looks inside */

    /* A line of the library's log: UTF-8, not NUL-terminated, never anything about a patient. On any
     * thread, until close returns. Write it down and return; no exception may leave. May be NULL. */
    void(MYNAQ_CALL *log)(void *context, uint32_t level, const char *target, uint64_t target_size,
                          const char *message, uint64_t message_size);

    /* This case has events: post yourself a message and fetch them there, with next_event and a
     * timeout of 0. On any thread, until close returns. No exception may leave. May be NULL. */
    void(MYNAQ_CALL *wake)(void *context, mynaq_handle patient);
} mynaq_host;

/* ---- Documents -------------------------------------------------------------------------------- */

/* Bytes the library lends you until you release the handle. A NUL follows the last byte. UTF-8 JSON,
 * except what case_export and case_notice_page wrote. They may hold patient data: release them soon,
 * they are wiped then.
 *
 *     printf("%s\n", event.data);
 *     mynaq->release(event.handle);
 */
typedef struct mynaq_document {
    mynaq_handle handle; /* 0: no document */
    uint64_t size;       /* bytes, without the NUL */
    const char *data;
} mynaq_document;

/* ---- The plugin ------------------------------------------------------------------------------- */

/* The function table: valid for ever, and the same for every host of one version. Later minor
 * versions append; MYNAQ_HAS says whether a function is there. */
typedef struct mynaq_plugin {
    uint32_t struct_size;        /* bytes of the table this plugin has */
    uint32_t abi_version;        /* what both speak: same major, the lower minor */
    const char *product_version; /* for people */

    /* -- A session: begin and end -- */

    /* Opens a session on a configuration file (TOML). Open as many as you like: sessions on one file
     * share one engine. Close each with close. [blocks]
     * Errors: INCOMPATIBLE, CONFIG_UNREADABLE, CONFIG_INVALID, CONFIG_CREDENTIALS, CONFIG_CONFLICT,
     * NO_RECORD when the ledger cannot be used, TOO_MANY with 1,000 sessions open.
     *
     *     const char *path = "C:\\ProgramData\\MynaQ\\mynaq.toml";
     *     mynaq->open(&host, path, strlen(path), &session, &error);
     */
    int32_t(MYNAQ_CALL *open)(const mynaq_host *host, const char *config_path,
                              uint64_t config_path_size, mynaq_handle *session,
                              mynaq_document *error);

    /* Closes a session and every case in it, wipes their memory, and ends the library's threads when
     * it was the last on its file. Neither log nor wake is called once it has returned. [blocks]
     *
     *     mynaq->close(session, &error);
     */
    int32_t(MYNAQ_CALL *close)(mynaq_handle session, mynaq_document *error);

    /* Ends everything in this process, whoever opened it: for the one place that ends the process,
     * never for a component among others. Whatever is called afterwards gets STOPPED; only release
     * goes on working. A second shutdown is no error. [blocks]
     *
     *     mynaq->shutdown(NULL);
     *     return 0;
     */
    int32_t(MYNAQ_CALL *shutdown)(mynaq_document *error);

    /* What can be done here: mode, packs with their fields and formats, reasons with the line the
     * crew reads, limits, extensions. JSON, schema/capabilities.schema.json. [any-thread]
     * Errors: TOO_MANY while 10,000 documents are not released.
     *
     *     mynaq->capabilities(session, &what, &error);
     */
    int32_t(MYNAQ_CALL *capabilities)(mynaq_handle session, mynaq_document *capabilities,
                                      mynaq_document *error);

    /* -- A case: one patient contact (傷病者対応) -- */

    /* Opens a case. opening: JSON, schema/case-opening.schema.json; nothing about the patient in it.
     * Its events begin with `opened`. [any-thread]
     * Errors: BAD_DOCUMENT, UNKNOWN_PACK, INVALID_PACK, TOO_MANY with 1,000 cases open. Where a
     * roster is configured also, of the crew member: NOT_LOGGED_IN, LOG_IN_EXPIRED, CREW_UNKNOWN,
     * CREW_EXPIRED, CREW_REVOKED, CREW_NO_RIGHT, ROSTER_EXPIRED, ROSTER_UNREADABLE, CLOCK_SET_BACK.
     *
     *     const char *opening = "{\"incident\":\"2026-000123\",\"unit\":\"A1\",\"terminal\":\"T1\","
     *                           "\"crew_member\":\"C7\",\"pack\":\"record-app\"}";
     *     mynaq->case_open(session, opening, strlen(opening), &patient, &error);
     */
    int32_t(MYNAQ_CALL *case_open)(mynaq_handle session, const char *opening, uint64_t opening_size,
                                   mynaq_handle *patient, mynaq_document *error);

    /* Starts waiting for a card and reading it; the crew may still be asking for consent. Events:
     * card_awaited, card_found, card_read or trouble; then gate. [any-thread]
     * Errors: WRONG_STATE while a reading is under way, REFUSED.
     *
     *     mynaq->case_read_card(patient, &error);
     */
    int32_t(MYNAQ_CALL *case_read_card)(mynaq_handle patient, mynaq_document *error);

    /* Records the identity check. With MYNAQ_IDENTITY_PIN, pin holds the 4 ASCII digits the patient
     * typed just now: the card is read and checks them, identity_recorded or trouble follows. With
     * the others pin is NULL. Events: identity_recorded, gate. [any-thread]
     * Errors: UNKNOWN_VALUE, PIN_MALFORMED, WRONG_STATE while a reading is under way, REFUSED.
     *
     *     mynaq->case_identity(patient, MYNAQ_IDENTITY_VISUAL, NULL, 0, &error);
     *     mynaq->case_identity(patient, MYNAQ_IDENTITY_PIN, digits, 4, &error);
     */
    int32_t(MYNAQ_CALL *case_identity)(mynaq_handle patient, uint32_t identity, const char *pin,
                                       uint64_t pin_size, mynaq_document *error);

    /* Records the patient's word. reason: one of MYNAQ_REASON_*, with MYNAQ_CONSENT_UNOBTAINABLE
     * and never else. Refusal wipes the card and ends the matter. Events: consent_recorded,
     * card_forgotten after a refusal, gate. [any-thread]
     * Errors: UNKNOWN_VALUE, REASON_REQUIRED, REASON_UNKNOWN, REFUSED after a refusal.
     *
     *     mynaq->case_consent(patient, MYNAQ_CONSENT_GIVEN, NULL, 0, &error);
     *     mynaq->case_consent(patient, MYNAQ_CONSENT_UNOBTAINABLE, MYNAQ_REASON_UNCONSCIOUS,
     *                         strlen(MYNAQ_REASON_UNCONSCIOUS), &error);
     */
    int32_t(MYNAQ_CALL *case_consent)(mynaq_handle patient, uint32_t consent, const char *reason,
                                      uint64_t reason_size, mynaq_document *error);

    /* Starts the look-up. The gate must be open (event gate, state open). Its basis is on the disk
     * before anything leaves. Events: look_up_sent, then summary and record, or trouble;
     * notice_due after a viewing without consent. While the line is gone it goes on by itself:
     * trouble with goes_on, look_up_progress. [any-thread]
     * Errors: UNKNOWN_VALUE, GATE_NOT_READY, IDENTITY_FAILED, REFUSED, WRONG_STATE while a look-up
     * is under way; NO_PHOTO, NO_PIN, CONSENT_IMPOSSIBLE, REASON_UNFIT, OPTED_OUT; those of
     * case_open about the crew member, whose right may have ended meanwhile.
     *
     *     mynaq->case_look_up(patient, MYNAQ_SCOPE_SUMMARY, &error);
     */
    int32_t(MYNAQ_CALL *case_look_up)(mynaq_handle patient, uint32_t scope, mynaq_document *error);

    /* Cancels the reading or look-up under way: trouble with card.cancelled or network.cancelled
     * follows. Nothing under way is no error. [any-thread]
     *
     *     mynaq->case_cancel(patient, &error);
     */
    int32_t(MYNAQ_CALL *case_cancel)(mynaq_handle patient, mynaq_document *error);

    /* The crew takes or leaves the offer in a field of the record; the last word counts. Event:
     * decided. [any-thread]
     * Errors: UNKNOWN_VALUE, WRONG_STATE without a record or an offer, UNKNOWN_FIELD, REFUSED,
     * TRANSCRIPTION where the department does not let the field be taken over.
     *
     *     mynaq->case_decide(patient, name, strlen(name), MYNAQ_DECISION_ACCEPT, &error);
     */
    int32_t(MYNAQ_CALL *case_decide)(mynaq_handle patient, const char *field, uint64_t field_size,
                                     uint32_t decision, mynaq_document *error);

    /* The record as it stands: every field with its offer, source, age and trace. JSON,
     * schema/record.schema.json. [any-thread]
     * Errors: WRONG_STATE without a record, TOO_MANY while 10,000 documents are not released.
     *
     *     mynaq->case_record(patient, &record, &error);
     */
    int32_t(MYNAQ_CALL *case_record)(mynaq_handle patient, mynaq_document *record,
                                     mynaq_document *error);

    /* What the crew has accepted, and nothing else, in a format of the pack (capabilities names
     * them): the bytes to store. [any-thread]
     * Errors: UNKNOWN_FORMAT, WRONG_STATE without a record, TOO_MANY as above.
     *
     *     mynaq->case_export(patient, MYNAQ_FORMAT_JSON, strlen(MYNAQ_FORMAT_JSON), &bytes, &error);
     */
    int32_t(MYNAQ_CALL *case_export)(mynaq_handle patient, const char *format, uint64_t format_size,
                                     mynaq_document *bytes, mynaq_document *error);

    /* Records what became of the notice (傷病者用説明書), also after a refusal: whoever was viewed
     * unconscious, woke up and refused is still owed the paper. Event: notice_recorded. [any-thread]
     * Errors: UNKNOWN_VALUE, WRONG_STATE when nobody was viewed without consent in the case.
     *
     *     mynaq->case_notice(patient, MYNAQ_NOTICE_HANDED_OVER, &error);
     */
    int32_t(MYNAQ_CALL *case_notice)(mynaq_handle patient, uint32_t notice, mynaq_document *error);

    /* Wipes everything of the patient and closes the case. Whoever waits in next_event returns with
     * UNKNOWN_HANDLE. [any-thread]
     *
     *     mynaq->case_close(patient, &error);
     */
    int32_t(MYNAQ_CALL *case_close)(mynaq_handle patient, mynaq_document *error);

    /* -- What comes back -- */

    /* The next event of a case: JSON, schema/event.schema.json. Waits up to timeout_ms and returns
     * MYNAQ_NOTHING if nothing happened. Ignore kinds and members you do not know. [waits]
     * Errors: TOO_MANY while 10,000 documents are not released; the event is not lost.
     *
     *     while ((status = mynaq->next_event(patient, 0, &event, &error)) == MYNAQ_OK) {
     *         show(event.data);
     *         mynaq->release(event.handle);
     *     }
     */
    int32_t(MYNAQ_CALL *next_event)(mynaq_handle patient, uint32_t timeout_ms,
                                    mynaq_document *event, mynaq_document *error);

    /* Gives a document back and wipes it. 0 is allowed. Works after close and shutdown.
     * [any-thread]
     *
     *     mynaq->release(document.handle);
     */
    int32_t(MYNAQ_CALL *release)(mynaq_handle document);

    /* The table of an optional extension by its id, or NULL. There are none yet. [any-thread]
     *
     *     const void *table = mynaq->extension(id, strlen(id));
     */
    const void *(MYNAQ_CALL *extension)(const char *id, uint64_t id_size);

    /* -- Since 1.1: ask MYNAQ_HAS first -- */

    /* Says that crew and patient want the last try of the PIN spent, after a check that ended with
     * card.pin_last_try: the library never spends it by itself, since a wrong PIN then locks the
     * card until the patient has been to the town hall. Entered in the ledger; good for the next
     * case_identity by PIN on the same card, and used up by it, whatever comes of it. Event:
     * last_try_allowed. [any-thread]
     * Errors: WRONG_STATE unless the last PIN check of the case ended with card.pin_last_try, or
     * while a reading is under way; REFUSED.
     *
     *     if (MYNAQ_HAS(mynaq, case_allow_last_try))
     *         mynaq->case_allow_last_try(patient, &error);
     */
    int32_t(MYNAQ_CALL *case_allow_last_try)(mynaq_handle patient, mynaq_document *error);

    /* A crew member begins a shift on this terminal, and may view from now on in every session on
     * the configuration; several may be logged in at once. You have made sure who they are and say
     * how: log_in is JSON, schema/log-in.schema.json, with no secret in it. The library asks the
     * roster. When the shift begins, never at a patient. [any-thread]
     * Errors: BAD_DOCUMENT, TWO_FACTORS, CREW_UNKNOWN, CREW_EXPIRED, CREW_REVOKED, CREW_NO_RIGHT,
     * ROSTER_EXPIRED, ROSTER_UNREADABLE, CLOCK_SET_BACK, TOO_MANY with 64 crew members logged in.
     *
     *     const char *log_in = "{\"crew_member\":\"C7\",\"unit\":\"A1\",\"terminal\":\"T1\","
     *                          "\"factors\":[\"id_password\",\"ic_card\"]}";
     *     mynaq->log_in(session, log_in, strlen(log_in), &error);
     */
    int32_t(MYNAQ_CALL *log_in)(mynaq_handle session, const char *log_in, uint64_t log_in_size,
                                mynaq_document *error);

    /* A crew member ends the shift; crew_member is the name they logged in with. Cases they opened
     * can be finished, but view nothing more. Not logged in is no error. [any-thread]
     *
     *     mynaq->log_out(session, "C7", 2, &error);
     */
    int32_t(MYNAQ_CALL *log_out)(mynaq_handle session, const char *crew_member,
                                 uint64_t crew_member_size, mynaq_document *error);

    /* Records what the crew sees: level of consciousness (JCS or GCS), the form of the card,
     * cardiopulmonary arrest. JSON, schema/observation.schema.json; a member that is not given stays
     * as it was said before. While cpa is true every event of the case is `quiet` (show it, and draw
     * no attention to it), and a card is waited for without end. Events: observed, gate.
     * [any-thread]
     * Errors: BAD_DOCUMENT, REFUSED.
     *
     *     mynaq->case_observe(patient, "{\"jcs\":300}", 11, &error);
     *     const char *awake = "{\"gcs\":{\"eye\":4,\"verbal\":5,\"motor\":6}}";
     *     mynaq->case_observe(patient, awake, strlen(awake), &error);
     *     mynaq->case_observe(patient, "{\"card_form\":\"without_photo\"}", 29, &error);
     *     mynaq->case_observe(patient, "{\"cpa\":true}", 12, &error);
     */
    int32_t(MYNAQ_CALL *case_observe)(mynaq_handle patient, const char *observation,
                                      uint64_t observation_size, mynaq_document *error);

    /* The card was another person's, which was noticed after it was read or viewed: everything of it
     * is wiped, and the case goes on without it. Events: withdrawn, which names the fields the crew
     * had accepted (take them out of your record), card_forgotten, gate. [any-thread]
     * Errors: WRONG_STATE when no card was read, REFUSED.
     *
     *     mynaq->case_wrong_patient(patient, &error);
     */
    int32_t(MYNAQ_CALL *case_wrong_patient)(mynaq_handle patient, mynaq_document *error);

    /* At the department's counter: the holder of the card that was read does not want to be looked
     * up any more, or again does. The department's list keeps a salted hash and nothing else. Events:
     * opt_out_recorded or trouble; after ADD also gate, which closes for good, and this function
     * still works, so that a slip can be undone. [any-thread]
     * Errors: UNKNOWN_VALUE, WRONG_STATE without a card, CONFIG_INVALID when no list is configured.
     *
     *     mynaq->case_opt_out(patient, MYNAQ_OPT_OUT_ADD, &error);
     */
    int32_t(MYNAQ_CALL *case_opt_out)(mynaq_handle patient, uint32_t opt_out,
                                      mynaq_document *error);

    /* The crew takes or leaves every offer it has not decided about by itself; with a section of the
     * summary, such as "medications", those that come from it; with NULL and 0 all. Event: decided,
     * for each. [any-thread]
     * Errors: UNKNOWN_VALUE, WRONG_STATE without a record, UNKNOWN_FIELD for a section nothing comes
     * from, REFUSED, TRANSCRIPTION where the department does not allow it: nothing is decided then.
     *
     *     mynaq->case_decide_all(patient, "medications", 11, MYNAQ_DECISION_ACCEPT, &error);
     *     mynaq->case_decide_all(patient, NULL, 0, MYNAQ_DECISION_REJECT, &error);
     */
    int32_t(MYNAQ_CALL *case_decide_all)(mynaq_handle patient, const char *section,
                                         uint64_t section_size, uint32_t decision,
                                         mynaq_document *error);

    /* The notice (傷病者用説明書) as a page ready to print: HTML in UTF-8 that needs no other file,
     * with nothing medical in it. Works after a refusal too. [any-thread]
     * Errors: UNKNOWN_VALUE, WRONG_STATE when nobody was viewed without consent in the case,
     * TOO_MANY while 10,000 documents are not released.
     *
     *     mynaq->case_notice_page(patient, MYNAQ_NOTICE_LANGUAGE_EN, &page, &error);
     */
    int32_t(MYNAQ_CALL *case_notice_page)(mynaq_handle patient, uint32_t language,
                                          mynaq_document *page, mynaq_document *error);
} mynaq_plugin;

/* Whether the plugin has a function: ask before calling one that 1.0 did not have. */
#define MYNAQ_HAS(plugin, function)                                                               \
    (offsetof(mynaq_plugin, function) + sizeof((plugin)->function) <= (plugin)->struct_size &&    \
     (plugin)->function != NULL)

/* ---- The one exported function ---------------------------------------------------------------- */

#define MYNAQ_NEGOTIATE "mynaq_negotiate"

/* Agrees on a version and hands out the table. On refusal `reason` receives a NUL-terminated text a
 * person can read, cut to its capacity. Call it as often as you like. [any-thread]
 * Errors: MYNAQ_ERROR_NULL_ARGUMENT, MYNAQ_ERROR_INCOMPATIBLE. */
typedef int32_t(MYNAQ_CALL *mynaq_negotiate_fn)(const mynaq_host *host, const mynaq_plugin **plugin,
                                                char *reason, uint64_t reason_capacity);

/* ---- Layout: the same on both sides, or this does not compile ---------------------------------- */

#define MYNAQ_LAYOUT(name, condition) typedef char mynaq_layout_##name[(condition) ? 1 : -1]
MYNAQ_LAYOUT(host_context, offsetof(mynaq_host, context) == 8);
MYNAQ_LAYOUT(host_log, offsetof(mynaq_host, log) == 8 + sizeof(void *));
MYNAQ_LAYOUT(host_wake, offsetof(mynaq_host, wake) == 8 + 2 * sizeof(void *));
MYNAQ_LAYOUT(host, sizeof(mynaq_host) == 8 + 3 * sizeof(void *));
MYNAQ_LAYOUT(document_size, offsetof(mynaq_document, size) == 8);
MYNAQ_LAYOUT(document_data, offsetof(mynaq_document, data) == 16);
MYNAQ_LAYOUT(plugin_version, offsetof(mynaq_plugin, product_version) == 8);
MYNAQ_LAYOUT(plugin_open, offsetof(mynaq_plugin, open) == 8 + sizeof(void *));
MYNAQ_LAYOUT(plugin_case_open, offsetof(mynaq_plugin, case_open) == 8 + 5 * sizeof(void *));
MYNAQ_LAYOUT(plugin_next_event, offsetof(mynaq_plugin, next_event) == 8 + 16 * sizeof(void *));
MYNAQ_LAYOUT(plugin_extension, offsetof(mynaq_plugin, extension) == 8 + 18 * sizeof(void *));
MYNAQ_LAYOUT(plugin_last_try,
             offsetof(mynaq_plugin, case_allow_last_try) == 8 + 19 * sizeof(void *));
MYNAQ_LAYOUT(plugin_log_in, offsetof(mynaq_plugin, log_in) == 8 + 20 * sizeof(void *));
MYNAQ_LAYOUT(plugin_notice_page,
             offsetof(mynaq_plugin, case_notice_page) == 8 + 26 * sizeof(void *));
MYNAQ_LAYOUT(plugin, sizeof(mynaq_plugin) == 8 + 27 * sizeof(void *));
#undef MYNAQ_LAYOUT

#ifdef __cplusplus
}
#endif

#endif
