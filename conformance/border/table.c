/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * A careless host: calls every function of the table in every wrong way there is, and looks whether
 * it gets the error the manual names.
 *
 *     table PLUGIN CONFIG      CONFIG of a drill whose ledger is its own, with no card on the reader
 *
 * Prints one line for each cell, `function TAB condition TAB status`; a cell that cannot be is `-`
 * with the reason. Exit: 0 all as expected, 1 not. tests/border.rs runs it, also under valgrind.
 */
#include "mynaq.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define HUNDRED_MEGABYTES (100u << 20)

static const mynaq_plugin *mynaq;
static mynaq_negotiate_fn negotiate;
static const char *config;
static mynaq_handle session, patient;
static int failures;

static const char OPENING[] = "{\"incident\":\"T-1\",\"unit\":\"T\",\"terminal\":\"T\","
                              "\"crew_member\":\"T\",\"pack\":\"record-app\"}";
static const char LOG_IN[] = "{\"crew_member\":\"T\",\"unit\":\"T\",\"terminal\":\"T\","
                             "\"factors\":[\"pin\",\"ic_card\"]}";
static const char BAD[] = "\xFF\xFE";

#define TEXT(text) (text), strlen(text)

/* ---- One cell --------------------------------------------------------------------------------- */

static void line(const char *function, const char *condition, int32_t status, int right)
{
    printf("%s\t%s\t%ld\n", function, condition, (long)status);
    if (!right) {
        fprintf(stderr, "%s, %s: got %ld\n", function, condition, (long)status);
        failures++;
    }
}

static void not_there(const char *function, const char *condition, const char *why)
{
    printf("%s\t%s\t-\t%s\n", function, condition, why);
}

/* What a careless host has left in its variables: every call must overwrite it. */
static mynaq_document rubbish(void)
{
    mynaq_document document = {0xDEAD, 0xDEAD, "rubbish"};
    return document;
}

static int empty(const mynaq_document *document)
{
    return document->handle == 0 && document->size == 0 && document->data == NULL;
}

/* Whether an error document is one: a code, a NUL behind the last byte, and given back once. */
static int tells(mynaq_document *error)
{
    int well = error->handle != 0 && error->data != NULL && strlen(error->data) == error->size &&
               strstr(error->data, "\"code\":\"") != NULL;
    return well && mynaq->release(error->handle) == MYNAQ_OK &&
           mynaq->release(error->handle) == MYNAQ_ERROR_UNKNOWN_HANDLE;
}

/* Calls twice, with a place for the error and without. CALL uses `error`. */
#define CELL(function, condition, expected, CALL)                                                 \
    do {                                                                                          \
        mynaq_document told = rubbish(), *error = &told;                                          \
        int32_t status = (CALL);                                                                  \
        int right = status == (expected) && (status < 0 ? tells(error) : empty(error));           \
        if (status < 0) {                                                                         \
            error = NULL;                                                                         \
            right = right && (CALL) == (expected);                                                \
        }                                                                                         \
        line(function, condition, status, right);                                                 \
    } while (0)

/* ---- Every call, with a handle of its kind ------------------------------------------------------ */

static mynaq_handle handle_out;
static mynaq_document document_out;

static int32_t do_capabilities(mynaq_handle handle, mynaq_document *error)
{
    document_out = rubbish();
    return mynaq->capabilities(handle, &document_out, error);
}

static int32_t do_log_in(mynaq_handle handle, mynaq_document *error)
{
    return mynaq->log_in(handle, TEXT(LOG_IN), error);
}

static int32_t do_log_out(mynaq_handle handle, mynaq_document *error)
{
    return mynaq->log_out(handle, TEXT("T"), error);
}

static int32_t do_case_open(mynaq_handle handle, mynaq_document *error)
{
    handle_out = 0xDEAD;
    return mynaq->case_open(handle, TEXT(OPENING), &handle_out, error);
}

static int32_t do_identity(mynaq_handle handle, mynaq_document *error)
{
    return mynaq->case_identity(handle, MYNAQ_IDENTITY_VISUAL, NULL, 0, error);
}

static int32_t do_observe(mynaq_handle handle, mynaq_document *error)
{
    return mynaq->case_observe(handle, TEXT("{\"jcs\":0}"), error);
}

static int32_t do_opt_out(mynaq_handle handle, mynaq_document *error)
{
    return mynaq->case_opt_out(handle, MYNAQ_OPT_OUT_ADD, error);
}

static int32_t do_consent(mynaq_handle handle, mynaq_document *error)
{
    return mynaq->case_consent(handle, MYNAQ_CONSENT_GIVEN, NULL, 0, error);
}

static int32_t do_look_up(mynaq_handle handle, mynaq_document *error)
{
    return mynaq->case_look_up(handle, MYNAQ_SCOPE_SUMMARY, error);
}

static int32_t do_decide(mynaq_handle handle, mynaq_document *error)
{
    return mynaq->case_decide(handle, TEXT("x"), MYNAQ_DECISION_ACCEPT, error);
}

static int32_t do_decide_all(mynaq_handle handle, mynaq_document *error)
{
    return mynaq->case_decide_all(handle, NULL, 0, MYNAQ_DECISION_ACCEPT, error);
}

static int32_t do_record(mynaq_handle handle, mynaq_document *error)
{
    document_out = rubbish();
    return mynaq->case_record(handle, &document_out, error);
}

static int32_t do_export(mynaq_handle handle, mynaq_document *error)
{
    document_out = rubbish();
    return mynaq->case_export(handle, TEXT(MYNAQ_FORMAT_JSON), &document_out, error);
}

static int32_t do_notice(mynaq_handle handle, mynaq_document *error)
{
    return mynaq->case_notice(handle, MYNAQ_NOTICE_HANDED_OVER, error);
}

static int32_t do_notice_page(mynaq_handle handle, mynaq_document *error)
{
    document_out = rubbish();
    return mynaq->case_notice_page(handle, MYNAQ_NOTICE_LANGUAGE_JA, &document_out, error);
}

static int32_t do_next_event(mynaq_handle handle, mynaq_document *error)
{
    document_out = rubbish();
    return mynaq->next_event(handle, 0, &document_out, error);
}

typedef struct {
    const char *name;
    int32_t (*call)(mynaq_handle handle, mynaq_document *error);
    int of_session;
    int32_t in_wrong_state;     /* in a case that has only been opened, or what is said there */
    const char *no_wrong_state; /* why there is none */
} function;

static function by_handle[] = {
    {"close", NULL, 1, 0, "a session has no states"},
    {"capabilities", do_capabilities, 1, 0, "a session has no states"},
    {"log_in", do_log_in, 1, 0, "a session has no states"},
    {"log_out", do_log_out, 1, 0, "not logged in is no error"},
    {"case_open", do_case_open, 1, 0, "a session has no states"},
    {"case_read_card", NULL, 0, MYNAQ_ERROR_WRONG_STATE, NULL},
    {"case_identity", do_identity, 0, MYNAQ_ERROR_REFUSED, NULL},
    {"case_allow_last_try", NULL, 0, MYNAQ_ERROR_WRONG_STATE, NULL},
    {"case_observe", do_observe, 0, MYNAQ_ERROR_REFUSED, NULL},
    {"case_wrong_patient", NULL, 0, MYNAQ_ERROR_WRONG_STATE, NULL},
    {"case_opt_out", do_opt_out, 0, MYNAQ_ERROR_WRONG_STATE, NULL},
    {"case_consent", do_consent, 0, MYNAQ_ERROR_REFUSED, NULL},
    {"case_look_up", do_look_up, 0, MYNAQ_ERROR_GATE_NOT_READY, NULL},
    {"case_cancel", NULL, 0, 0, "nothing under way is no error"},
    {"case_decide", do_decide, 0, MYNAQ_ERROR_WRONG_STATE, NULL},
    {"case_decide_all", do_decide_all, 0, MYNAQ_ERROR_WRONG_STATE, NULL},
    {"case_record", do_record, 0, MYNAQ_ERROR_WRONG_STATE, NULL},
    {"case_export", do_export, 0, MYNAQ_ERROR_WRONG_STATE, NULL},
    {"case_notice", do_notice, 0, MYNAQ_ERROR_WRONG_STATE, NULL},
    {"case_notice_page", do_notice_page, 0, MYNAQ_ERROR_WRONG_STATE, NULL},
    {"case_close", NULL, 0, 0, "a case can always be closed"},
    {"next_event", do_next_event, 0, 0, "events can always be fetched"},
};

#define FUNCTIONS (sizeof by_handle / sizeof *by_handle)

/* Those that take a handle and nothing else come from the table as they are. */
static int32_t call(const function *function, mynaq_handle handle, mynaq_document *error)
{
    if (function->call)
        return function->call(handle, error);
    if (strcmp(function->name, "close") == 0)
        return mynaq->close(handle, error);
    if (strcmp(function->name, "case_read_card") == 0)
        return mynaq->case_read_card(handle, error);
    if (strcmp(function->name, "case_allow_last_try") == 0)
        return mynaq->case_allow_last_try(handle, error);
    if (strcmp(function->name, "case_wrong_patient") == 0)
        return mynaq->case_wrong_patient(handle, error);
    if (strcmp(function->name, "case_cancel") == 0)
        return mynaq->case_cancel(handle, error);
    return mynaq->case_close(handle, error);
}

/* ---- The host's own functions ------------------------------------------------------------------ */

static int logged, woken;
/* Whose wake is looked at: nobody's before case_open has returned, which wake may be quicker than. */
static volatile mynaq_handle awaited;
static volatile int wake_is_over;

static void everywhere(const char *condition, int32_t expected)
{
    size_t index;
    mynaq_handle opened = 0;
    mynaq_host host = {sizeof host, MYNAQ_ABI_VERSION, NULL, NULL, NULL};

    for (index = 0; index < FUNCTIONS; index++)
        CELL(by_handle[index].name, condition, expected, call(&by_handle[index], patient, error));
    CELL("open", condition, expected, mynaq->open(&host, TEXT(config), &opened, error));
    line("extension", condition, 0, mynaq->extension(TEXT("jp.mynaq.defects/1")) == NULL);
}

/* In the log nothing may be called; error documents cannot be given back there either. */
static void MYNAQ_CALL on_log(void *context, uint32_t level, const char *target,
                              uint64_t target_size, const char *message, uint64_t message_size)
{
    mynaq_host host = {sizeof host, MYNAQ_ABI_VERSION, NULL, NULL, NULL};
    mynaq_handle opened;
    size_t index;

    (void)level, (void)target, (void)target_size, (void)message, (void)message_size;
    if (context != &logged || logged++)
        return;
#define IN_LOG(name, CALL)                                                                        \
    do {                                                                                          \
        int32_t status = (CALL);                                                                  \
        line(name, "in_log", status, status == MYNAQ_ERROR_WRONG_THREAD);                         \
    } while (0)
    for (index = 0; index < FUNCTIONS; index++)
        IN_LOG(by_handle[index].name, call(&by_handle[index], 1, NULL));
    IN_LOG("open", mynaq->open(&host, TEXT(config), &opened, NULL));
    IN_LOG("shutdown", mynaq->shutdown(NULL));
    IN_LOG("release", mynaq->release(0));
    line("extension", "in_log", 0, mynaq->extension(TEXT("jp.mynaq.defects/1")) == NULL);
    not_there("negotiate", "in_log", "agreeing on a version is allowed everywhere");
}

/* In wake what returns at once may be called. Readers wake from another thread too. */
static void MYNAQ_CALL on_wake(void *context, mynaq_handle who)
{
    mynaq_host host = {sizeof host, MYNAQ_ABI_VERSION, NULL, NULL, NULL};
    mynaq_handle opened;
    mynaq_document event;

    (void)context;
    if (who != awaited || __sync_fetch_and_add(&woken, 1) > 0)
        return;
    CELL("open", "in_wake", MYNAQ_ERROR_WRONG_THREAD,
         mynaq->open(&host, TEXT(config), &opened, error));
    CELL("close", "in_wake", MYNAQ_ERROR_WRONG_THREAD, mynaq->close(session, error));
    CELL("shutdown", "in_wake", MYNAQ_ERROR_WRONG_THREAD, mynaq->shutdown(error));
    CELL("next_event", "in_wake", MYNAQ_ERROR_WRONG_THREAD,
         mynaq->next_event(who, 1, &event, error));
    CELL("next_event", "in_wake_at_once", MYNAQ_OK, mynaq->next_event(who, 0, &event, error));
    mynaq->release(event.handle);
    CELL("case_cancel", "in_wake", MYNAQ_OK, mynaq->case_cancel(who, error));
    CELL("case_identity", "in_wake", MYNAQ_OK, do_identity(who, error));
    CELL("case_allow_last_try", "in_wake", MYNAQ_ERROR_WRONG_STATE,
         mynaq->case_allow_last_try(who, error));
    CELL("case_observe", "in_wake", MYNAQ_OK, do_observe(who, error));
    CELL("case_wrong_patient", "in_wake", MYNAQ_ERROR_WRONG_STATE,
         mynaq->case_wrong_patient(who, error));
    CELL("case_opt_out", "in_wake", MYNAQ_ERROR_WRONG_STATE, do_opt_out(who, error));
    CELL("case_decide_all", "in_wake", MYNAQ_ERROR_WRONG_STATE, do_decide_all(who, error));
    CELL("case_notice_page", "in_wake", MYNAQ_ERROR_WRONG_STATE, do_notice_page(who, error));
    CELL("case_record", "in_wake", MYNAQ_ERROR_WRONG_STATE, do_record(who, error));
    CELL("case_export", "in_wake", MYNAQ_ERROR_WRONG_STATE, do_export(who, error));
    CELL("case_notice", "in_wake", MYNAQ_ERROR_WRONG_STATE, do_notice(who, error));
    CELL("case_decide", "in_wake", MYNAQ_ERROR_WRONG_STATE, do_decide(who, error));
    CELL("case_look_up", "in_wake", MYNAQ_ERROR_GATE_NOT_READY, do_look_up(who, error));
    CELL("case_consent", "in_wake", MYNAQ_OK, do_consent(who, error));
    CELL("case_read_card", "in_wake", MYNAQ_OK, mynaq->case_read_card(who, error));
    CELL("log_in", "in_wake", MYNAQ_ERROR_BAD_DOCUMENT, mynaq->log_in(session, TEXT("{}"), error));
    CELL("log_out", "in_wake", MYNAQ_OK, do_log_out(session, error));
    CELL("capabilities", "in_wake", MYNAQ_OK, do_capabilities(session, error));
    CELL("release", "in_wake", MYNAQ_OK,
         (memset(error, 0, sizeof *error), mynaq->release(document_out.handle)));
    CELL("case_close", "in_wake", MYNAQ_OK, mynaq->case_close(who, error));
    CELL("case_open", "in_wake", MYNAQ_OK, do_case_open(session, error));
    mynaq->case_close(handle_out, NULL);
    not_there("extension", "in_wake", "returns at once: allowed");
    not_there("negotiate", "in_wake", "agreeing on a version is allowed everywhere");
    wake_is_over = 1;
}

/* ---- The conditions ----------------------------------------------------------------------------- */

static void versions_and_sizes(void)
{
    mynaq_host host = {sizeof host, MYNAQ_ABI_VERSION, NULL, NULL, NULL};
    mynaq_host zero = host, larger = host, major = host, first = host;
    const mynaq_plugin *table = (const mynaq_plugin *)0xDEAD;
    mynaq_handle opened = 0xDEAD;
    char reason[200];
    int32_t status;

    zero.struct_size = 0;
    larger.struct_size = 4096;
    major.abi_version = 2u << 16;
    first.abi_version = 1u << 16;
#define NEGOTIATE(condition, expected, CALL)                                                      \
    do {                                                                                          \
        reason[0] = 0;                                                                            \
        status = (CALL);                                                                          \
        line("negotiate", condition, status,                                                      \
             status == (expected) && (status == MYNAQ_OK || strlen(reason) > 20));                \
    } while (0)
    NEGOTIATE("null", MYNAQ_ERROR_NULL_ARGUMENT, negotiate(NULL, &table, reason, sizeof reason));
    line("negotiate", "null_leaves_no_table", 0, table == NULL);
    NEGOTIATE("null_plugin", MYNAQ_ERROR_NULL_ARGUMENT,
              negotiate(&host, NULL, reason, sizeof reason));
    NEGOTIATE("zero_size", MYNAQ_ERROR_INCOMPATIBLE,
              negotiate(&zero, &table, reason, sizeof reason));
    NEGOTIATE("other_major", MYNAQ_ERROR_INCOMPATIBLE,
              negotiate(&major, &table, reason, sizeof reason));
    NEGOTIATE("larger_size", MYNAQ_OK, negotiate(&larger, &table, reason, sizeof reason));
    line("negotiate", "same_table", 0, table == mynaq);
    /* A host of 1.0 gets the table of 1.0: to its end, and not a byte more. */
    NEGOTIATE("version_1_0", MYNAQ_OK, negotiate(&first, &table, reason, sizeof reason));
    line("negotiate", "version_1_0_table", 0,
         table->abi_version == 1u << 16 &&
             table->struct_size == offsetof(mynaq_plugin, case_allow_last_try) &&
             MYNAQ_HAS(table, extension) && !MYNAQ_HAS(table, case_allow_last_try) &&
             !MYNAQ_HAS(table, case_notice_page));
    line("negotiate", "version_1_1_table", 0,
         mynaq->struct_size == sizeof(mynaq_plugin) && MYNAQ_HAS(mynaq, case_allow_last_try) &&
             MYNAQ_HAS(mynaq, case_notice_page));

    CELL("open", "null", MYNAQ_ERROR_NULL_ARGUMENT,
         mynaq->open(NULL, TEXT(config), &opened, error));
    line("open", "null_empties_its_result", 0, opened == 0);
    CELL("open", "null_text", MYNAQ_ERROR_NULL_ARGUMENT,
         mynaq->open(&host, NULL, 5, &opened, error));
    CELL("open", "null_result", MYNAQ_ERROR_NULL_ARGUMENT,
         mynaq->open(&host, TEXT(config), NULL, error));
    CELL("open", "zero_size", MYNAQ_ERROR_INCOMPATIBLE,
         mynaq->open(&zero, TEXT(config), &opened, error));
    CELL("open", "zero_text", MYNAQ_ERROR_CONFIG_UNREADABLE,
         mynaq->open(&host, config, 0, &opened, error));
    CELL("open", "other_major", MYNAQ_ERROR_INCOMPATIBLE,
         mynaq->open(&major, TEXT(config), &opened, error));
    CELL("open", "larger_size", MYNAQ_OK, mynaq->open(&larger, TEXT(config), &opened, error));
    mynaq->close(opened, NULL);
}

static void nulls_and_texts(void)
{
    char *huge = calloc(1, HUNDRED_MEGABYTES);
    mynaq_handle out;
    mynaq_document document;

    CELL("open", "larger_text", MYNAQ_ERROR_TOO_LARGE,
         mynaq->open(&(mynaq_host){sizeof(mynaq_host), MYNAQ_ABI_VERSION, NULL, NULL, NULL}, huge,
                     HUNDRED_MEGABYTES, &out, error));

    CELL("capabilities", "null", MYNAQ_ERROR_NULL_ARGUMENT,
         mynaq->capabilities(session, NULL, error));

    CELL("log_in", "null", MYNAQ_ERROR_NULL_ARGUMENT, mynaq->log_in(session, NULL, 9, error));
    CELL("log_in", "zero_size", MYNAQ_ERROR_BAD_DOCUMENT,
         mynaq->log_in(session, LOG_IN, 0, error));
    CELL("log_in", "larger_size", MYNAQ_ERROR_TOO_LARGE,
         mynaq->log_in(session, huge, HUNDRED_MEGABYTES, error));
    CELL("log_in", "not_utf8", MYNAQ_ERROR_NOT_UTF8, mynaq->log_in(session, BAD, 2, error));
    CELL("log_in", "cut_short", MYNAQ_ERROR_BAD_DOCUMENT,
         mynaq->log_in(session, LOG_IN, strlen(LOG_IN) - 1, error));
    CELL("log_out", "null", MYNAQ_ERROR_NULL_ARGUMENT, mynaq->log_out(session, NULL, 0, error));
    CELL("log_out", "zero_size", MYNAQ_OK, mynaq->log_out(session, "T", 0, error));
    CELL("log_out", "larger_size", MYNAQ_ERROR_TOO_LARGE,
         mynaq->log_out(session, huge, HUNDRED_MEGABYTES, error));
    CELL("log_out", "not_utf8", MYNAQ_ERROR_NOT_UTF8, mynaq->log_out(session, BAD, 2, error));

    CELL("case_open", "null", MYNAQ_ERROR_NULL_ARGUMENT,
         mynaq->case_open(session, NULL, 9, &out, error));
    CELL("case_open", "null_result", MYNAQ_ERROR_NULL_ARGUMENT,
         mynaq->case_open(session, TEXT(OPENING), NULL, error));
    CELL("case_open", "zero_size", MYNAQ_ERROR_BAD_DOCUMENT,
         mynaq->case_open(session, OPENING, 0, &out, error));
    CELL("case_open", "larger_size", MYNAQ_ERROR_TOO_LARGE,
         mynaq->case_open(session, huge, HUNDRED_MEGABYTES, &out, error));
    CELL("case_open", "not_utf8", MYNAQ_ERROR_NOT_UTF8,
         mynaq->case_open(session, BAD, 2, &out, error));

    CELL("case_identity", "null", MYNAQ_ERROR_NULL_ARGUMENT,
         mynaq->case_identity(patient, MYNAQ_IDENTITY_PIN, NULL, 4, error));
    CELL("case_identity", "zero_size", MYNAQ_ERROR_PIN_MALFORMED,
         mynaq->case_identity(patient, MYNAQ_IDENTITY_PIN, "1234", 0, error));
    CELL("case_identity", "larger_size", MYNAQ_ERROR_TOO_LARGE,
         mynaq->case_identity(patient, MYNAQ_IDENTITY_PIN, huge, HUNDRED_MEGABYTES, error));
    CELL("case_identity", "not_utf8", MYNAQ_ERROR_NOT_UTF8,
         mynaq->case_identity(patient, MYNAQ_IDENTITY_PIN, BAD, 2, error));
    CELL("case_identity", "unknown_word", MYNAQ_ERROR_UNKNOWN_VALUE,
         mynaq->case_identity(patient, 99, NULL, 0, error));

    CELL("case_observe", "null", MYNAQ_ERROR_NULL_ARGUMENT,
         mynaq->case_observe(patient, NULL, 9, error));
    CELL("case_observe", "zero_size", MYNAQ_ERROR_BAD_DOCUMENT,
         mynaq->case_observe(patient, "{}", 0, error));
    CELL("case_observe", "larger_size", MYNAQ_ERROR_TOO_LARGE,
         mynaq->case_observe(patient, huge, HUNDRED_MEGABYTES, error));
    CELL("case_observe", "not_utf8", MYNAQ_ERROR_NOT_UTF8,
         mynaq->case_observe(patient, BAD, 2, error));
    CELL("case_observe", "not_on_the_scale", MYNAQ_ERROR_BAD_DOCUMENT,
         mynaq->case_observe(patient, TEXT("{\"jcs\":4}"), error));
    CELL("case_observe", "unknown_member", MYNAQ_ERROR_BAD_DOCUMENT,
         mynaq->case_observe(patient, TEXT("{\"pulse\":60}"), error));
    CELL("case_opt_out", "unknown_word", MYNAQ_ERROR_UNKNOWN_VALUE,
         mynaq->case_opt_out(patient, 3, error));

    CELL("case_consent", "null", MYNAQ_ERROR_NULL_ARGUMENT,
         mynaq->case_consent(patient, MYNAQ_CONSENT_UNOBTAINABLE, NULL, 4, error));
    CELL("case_consent", "zero_size", MYNAQ_ERROR_REASON_REQUIRED,
         mynaq->case_consent(patient, MYNAQ_CONSENT_UNOBTAINABLE, "x", 0, error));
    CELL("case_consent", "larger_size", MYNAQ_ERROR_TOO_LARGE,
         mynaq->case_consent(patient, MYNAQ_CONSENT_UNOBTAINABLE, huge, HUNDRED_MEGABYTES, error));
    CELL("case_consent", "not_utf8", MYNAQ_ERROR_NOT_UTF8,
         mynaq->case_consent(patient, MYNAQ_CONSENT_UNOBTAINABLE, BAD, 2, error));
    CELL("case_consent", "unknown_word", MYNAQ_ERROR_UNKNOWN_VALUE,
         mynaq->case_consent(patient, 0, NULL, 0, error));
    CELL("case_consent", "unknown_reason", MYNAQ_ERROR_REASON_UNKNOWN,
         mynaq->case_consent(patient, MYNAQ_CONSENT_UNOBTAINABLE, TEXT("busy"), error));

    CELL("case_look_up", "unknown_word", MYNAQ_ERROR_UNKNOWN_VALUE,
         mynaq->case_look_up(patient, 4, error));
    CELL("case_notice", "unknown_word", MYNAQ_ERROR_UNKNOWN_VALUE,
         mynaq->case_notice(patient, 0, error));

    CELL("case_decide", "null", MYNAQ_ERROR_NULL_ARGUMENT,
         mynaq->case_decide(patient, NULL, 0, MYNAQ_DECISION_ACCEPT, error));
    CELL("case_decide", "zero_size", MYNAQ_ERROR_WRONG_STATE,
         mynaq->case_decide(patient, "x", 0, MYNAQ_DECISION_ACCEPT, error));
    CELL("case_decide", "larger_size", MYNAQ_ERROR_TOO_LARGE,
         mynaq->case_decide(patient, huge, HUNDRED_MEGABYTES, MYNAQ_DECISION_ACCEPT, error));
    CELL("case_decide", "not_utf8", MYNAQ_ERROR_NOT_UTF8,
         mynaq->case_decide(patient, BAD, 2, MYNAQ_DECISION_ACCEPT, error));
    CELL("case_decide", "unknown_word", MYNAQ_ERROR_UNKNOWN_VALUE,
         mynaq->case_decide(patient, TEXT("x"), 9, error));

    CELL("case_decide_all", "null", MYNAQ_ERROR_NULL_ARGUMENT,
         mynaq->case_decide_all(patient, NULL, 9, MYNAQ_DECISION_ACCEPT, error));
    CELL("case_decide_all", "zero_size", MYNAQ_ERROR_WRONG_STATE,
         mynaq->case_decide_all(patient, "x", 0, MYNAQ_DECISION_ACCEPT, error));
    CELL("case_decide_all", "larger_size", MYNAQ_ERROR_TOO_LARGE,
         mynaq->case_decide_all(patient, huge, HUNDRED_MEGABYTES, MYNAQ_DECISION_ACCEPT, error));
    CELL("case_decide_all", "not_utf8", MYNAQ_ERROR_NOT_UTF8,
         mynaq->case_decide_all(patient, BAD, 2, MYNAQ_DECISION_ACCEPT, error));
    CELL("case_decide_all", "unknown_word", MYNAQ_ERROR_UNKNOWN_VALUE,
         mynaq->case_decide_all(patient, NULL, 0, 9, error));

    CELL("case_record", "null", MYNAQ_ERROR_NULL_ARGUMENT,
         mynaq->case_record(patient, NULL, error));
    CELL("case_export", "null", MYNAQ_ERROR_NULL_ARGUMENT,
         mynaq->case_export(patient, NULL, 0, &document, error));
    CELL("case_export", "null_result", MYNAQ_ERROR_NULL_ARGUMENT,
         mynaq->case_export(patient, TEXT(MYNAQ_FORMAT_JSON), NULL, error));
    CELL("case_export", "zero_size", MYNAQ_ERROR_WRONG_STATE,
         mynaq->case_export(patient, "json", 0, &document, error));
    CELL("case_export", "larger_size", MYNAQ_ERROR_TOO_LARGE,
         mynaq->case_export(patient, huge, HUNDRED_MEGABYTES, &document, error));
    CELL("case_export", "not_utf8", MYNAQ_ERROR_NOT_UTF8,
         mynaq->case_export(patient, BAD, 2, &document, error));
    CELL("case_notice_page", "null", MYNAQ_ERROR_NULL_ARGUMENT,
         mynaq->case_notice_page(patient, MYNAQ_NOTICE_LANGUAGE_JA, NULL, error));
    CELL("case_notice_page", "unknown_word", MYNAQ_ERROR_UNKNOWN_VALUE,
         mynaq->case_notice_page(patient, 0, &document, error));
    line("case_notice_page", "unknown_word_empties_its_result", 0, empty(&document));
    CELL("next_event", "null", MYNAQ_ERROR_NULL_ARGUMENT,
         mynaq->next_event(patient, 0, NULL, error));

    line("extension", "null", 0, mynaq->extension(NULL, 0) == NULL);
    line("extension", "zero_size", 0, mynaq->extension("x", 0) == NULL);
    line("extension", "larger_size", 0, mynaq->extension(huge, HUNDRED_MEGABYTES) == NULL);
    line("extension", "not_utf8", 0, mynaq->extension(BAD, 2) == NULL);
    line("release", "null", mynaq->release(0), mynaq->release(0) == MYNAQ_OK);
    free(huge);
}

static void nothing_to_pass(void)
{
    static const char *const no_pointer[] = {
        "close",       "shutdown",   "case_read_card",      "case_look_up",       "case_cancel",
        "case_notice", "case_close", "case_allow_last_try", "case_wrong_patient", "case_opt_out"};
    static const char *const no_size[] = {
        "close",        "shutdown",         "capabilities", "case_close",
        "case_read_card", "case_look_up",   "case_cancel",  "case_record",
        "case_notice",  "next_event",       "release",      "case_allow_last_try",
        "case_wrong_patient", "case_opt_out", "case_notice_page"};
    size_t index;

    for (index = 0; index < sizeof no_pointer / sizeof *no_pointer; index++)
        not_there(no_pointer[index], "null", "every pointer it takes may be null");
    for (index = 0; index < sizeof no_size / sizeof *no_size; index++) {
        not_there(no_size[index], "zero_size", "takes no size");
        not_there(no_size[index], "larger_size", "takes no size");
    }
}

static void handles(void)
{
    mynaq_handle stale = 0, closed = 0, document;
    size_t index;
    mynaq_host host = {sizeof host, MYNAQ_ABI_VERSION, NULL, NULL, NULL};

    mynaq->case_open(session, TEXT(OPENING), &stale, NULL);
    mynaq->case_close(stale, NULL);
    mynaq->open(&host, TEXT(config), &closed, NULL);
    mynaq->close(closed, NULL);
    do_capabilities(session, NULL);
    document = document_out.handle;

    for (index = 0; index < FUNCTIONS; index++) {
        const function *it = &by_handle[index];
        mynaq_handle forged[] = {0, 1, UINT64_MAX, patient ^ (1u << 30), patient + 1};
        size_t made_up;
        CELL(it->name, "stale_handle", MYNAQ_ERROR_UNKNOWN_HANDLE,
             call(it, it->of_session ? closed : stale, error));
        for (made_up = 0; made_up < sizeof forged / sizeof *forged; made_up++)
            CELL(it->name, "forged_handle", MYNAQ_ERROR_UNKNOWN_HANDLE,
                 call(it, forged[made_up], error));
        CELL(it->name, "handle_of_another_kind", MYNAQ_ERROR_UNKNOWN_HANDLE,
             call(it, it->of_session ? patient : session, error));
        CELL(it->name, "handle_of_a_document", MYNAQ_ERROR_UNKNOWN_HANDLE,
             call(it, document, error));
    }
    line("release", "handle_of_another_kind", mynaq->release(patient),
         mynaq->release(patient) == MYNAQ_ERROR_UNKNOWN_HANDLE);
    line("release", "forged_handle", mynaq->release(UINT64_MAX),
         mynaq->release(document + 1) == MYNAQ_ERROR_UNKNOWN_HANDLE);
    mynaq->release(document);
    line("release", "stale_handle", mynaq->release(document),
         mynaq->release(document) == MYNAQ_ERROR_UNKNOWN_HANDLE);
    for (index = 0; index < 4; index++) {
        static const char *const none[] = {"negotiate", "open", "shutdown", "extension"};
        not_there(none[index], "stale_handle", "takes no handle");
        not_there(none[index], "forged_handle", "takes no handle");
    }
}

static void wrong_states(void)
{
    mynaq_handle reading = 0, refused = 0, fresh = 0;
    size_t index;

    mynaq->case_open(session, TEXT(OPENING), &reading, NULL);
    mynaq->case_read_card(reading, NULL);
    mynaq->case_open(session, TEXT(OPENING), &refused, NULL);
    mynaq->case_consent(refused, MYNAQ_CONSENT_REFUSED, NULL, 0, NULL);
    CELL("case_identity", "wrong_state_reading", MYNAQ_ERROR_WRONG_STATE,
         mynaq->case_identity(reading, MYNAQ_IDENTITY_PIN, "1234", 4, error));
    mynaq->case_open(session, TEXT(OPENING), &fresh, NULL);
    CELL("case_allow_last_try", "wrong_state_no_check", MYNAQ_ERROR_WRONG_STATE,
         mynaq->case_allow_last_try(fresh, error));
    CELL("case_allow_last_try", "wrong_state_refused", MYNAQ_ERROR_REFUSED,
         mynaq->case_allow_last_try(refused, error));
    CELL("case_wrong_patient", "wrong_state_refused", MYNAQ_ERROR_REFUSED,
         mynaq->case_wrong_patient(refused, error));
    CELL("case_decide_all", "wrong_state_refused", MYNAQ_ERROR_REFUSED,
         do_decide_all(refused, error));
    /* The notice is due after a refusal too, but here nobody was viewed. */
    CELL("case_notice_page", "wrong_state_refused", MYNAQ_ERROR_WRONG_STATE,
         do_notice_page(refused, error));
    mynaq->case_close(fresh, NULL);
    for (index = 0; index < FUNCTIONS; index++) {
        const function *it = &by_handle[index];
        mynaq_handle in = it->in_wrong_state == MYNAQ_ERROR_REFUSED ? refused : reading;
        if (it->no_wrong_state)
            not_there(it->name, "wrong_state", it->no_wrong_state);
        else
            CELL(it->name, "wrong_state", it->in_wrong_state, call(it, in, error));
    }
    not_there("negotiate", "wrong_state", "agreeing on a version is allowed at any time");
    not_there("open", "wrong_state", "has no states; after shutdown see there");
    not_there("shutdown", "wrong_state", "a second shutdown is no error");
    not_there("release", "wrong_state", "documents can always be given back");
    not_there("extension", "wrong_state", "has no states");
    CELL("case_close", "in_any_state", MYNAQ_OK, mynaq->case_close(reading, error));
    CELL("case_close", "in_any_state", MYNAQ_OK, mynaq->case_close(refused, error));
}

/* Threads do not survive a fork: the child must hear that, and not wait for them. */
static void in_a_fork(void)
{
    int answer[2], wrong = 0;
    char told = 'x';
    size_t index;
    mynaq_host host = {sizeof host, MYNAQ_ABI_VERSION, NULL, NULL, NULL};
    mynaq_handle opened;
    pid_t child;

    fflush(stdout);
    if (pipe(answer) != 0)
        exit(2);
    child = fork();
    if (child == 0) {
        for (index = 0; index < FUNCTIONS; index++)
            wrong += call(&by_handle[index], patient, NULL) != MYNAQ_ERROR_FORKED;
        wrong += mynaq->open(&host, TEXT(config), &opened, NULL) != MYNAQ_ERROR_FORKED;
        wrong += mynaq->shutdown(NULL) != MYNAQ_ERROR_FORKED;
        wrong += mynaq->release(0) != MYNAQ_ERROR_FORKED;
        wrong += mynaq->extension(TEXT("jp.mynaq.defects/1")) != NULL;
        told = wrong ? 'n' : 'y';
        _exit(write(answer[1], &told, 1) != 1);
    }
    if (child < 0 || read(answer[0], &told, 1) != 1)
        exit(2);
    waitpid(child, NULL, 0);
    line("every function", "in_a_fork", MYNAQ_ERROR_FORKED, told == 'y');
}

static void after_shutdown(void)
{
    mynaq_document lent;

    do_capabilities(session, NULL);
    lent = document_out;
    CELL("shutdown", "first", MYNAQ_OK, mynaq->shutdown(error));
    CELL("shutdown", "after_shutdown", MYNAQ_OK, mynaq->shutdown(error));
    everywhere("after_shutdown", MYNAQ_ERROR_STOPPED);
    line("release", "after_shutdown", 0,
         strlen(lent.data) == lent.size && mynaq->release(lent.handle) == MYNAQ_OK);
}

int main(int argc, char **argv)
{
    mynaq_host host = {sizeof host, MYNAQ_ABI_VERSION, &logged, on_log, on_wake};
    struct timespec millisecond = {0, 1000000};
    char reason[256] = "";
    void *library;
    int waits;

    if (argc != 3) {
        fprintf(stderr, "table PLUGIN CONFIG\n");
        return 2;
    }
    config = argv[2];
    library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        fprintf(stderr, "%s\n", dlerror());
        return 2;
    }
    *(void **)&negotiate = dlsym(library, MYNAQ_NEGOTIATE);
    if (!negotiate || negotiate(&host, &mynaq, reason, sizeof reason) != MYNAQ_OK) {
        fprintf(stderr, "%s %s\n", argv[1], reason);
        return 2;
    }
    /* The library pins itself: unloading does nothing, and everything below goes on working. */
    dlclose(library);

    CELL("open", "as_it_should_be", MYNAQ_OK, mynaq->open(&host, TEXT(config), &session, error));
    CELL("case_open", "as_it_should_be", MYNAQ_OK,
         mynaq->case_open(session, TEXT(OPENING), &patient, error));
    awaited = patient;
    do_identity(patient, NULL);
    for (waits = 0; !wake_is_over && waits < 10000; waits++)
        nanosleep(&millisecond, NULL);
    line("log", "was_called", logged, logged > 0);
    line("wake", "was_called", woken, wake_is_over);
    CELL("case_open", "as_it_should_be", MYNAQ_OK,
         mynaq->case_open(session, TEXT(OPENING), &patient, error));

    versions_and_sizes();
    nulls_and_texts();
    nothing_to_pass();
    handles();
    wrong_states();
    in_a_fork();
    after_shutdown();
    if (failures)
        fprintf(stderr, "%d wrong\n", failures);
    return failures != 0;
}
