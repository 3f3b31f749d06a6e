/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * A plugin that is none: to what 1.1 appended it answers with what it was called with, so that a
 * binding which hands over something else, or in another order, is found out. Built with ECHO_FIRST
 * its table ends where the table of 1.0 ended.
 *
 * The answer is the `detail` of an error; case_notice_page succeeds, and its page is the answer.
 * Quotes become ', spaces go, and what is not ASCII becomes %XX: every language writes it the same.
 */
#include "mynaq.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define SESSION UINT64_C(0x5e55100000000001)
#define PATIENT UINT64_C(0x0a5e000000000002)

#ifdef ECHO_FIRST
#define STRUCT_SIZE offsetof(mynaq_plugin, case_allow_last_try)
#define VERSION (MYNAQ_ABI_MAJOR << 16)
#else
#define STRUCT_SIZE sizeof(mynaq_plugin)
#define VERSION MYNAQ_ABI_VERSION
#endif

static char lent[1000];
static int lent_out;

static mynaq_document lend(void)
{
    mynaq_document document = {++lent_out, 0, lent};
    document.size = strlen(lent);
    return document;
}

static void say(const char *text)
{
    strncat(lent, text, sizeof lent - strlen(lent) - 1);
}

static void say_text(const char *text, uint64_t size)
{
    char letter[4];
    uint64_t at;

    say(size > 0 ? " " : " -"); /* an empty text and none are the same */
    for (at = 0; at < size; at++) {
        if (text[at] == ' ')
            continue;
        snprintf(letter, sizeof letter, (text[at] & 0x80) ? "%%%02X" : "%c",
                 text[at] == '"' ? '\'' : (unsigned char)text[at]);
        say(letter);
    }
}

static void say_number(uint64_t number)
{
    char digits[24];

    snprintf(digits, sizeof digits, " %" PRIx64, number);
    say(digits);
}

static void begin(const char *function, mynaq_handle handle)
{
    strcpy(lent, "{\"code\":\"usage.wrong_state\",\"detail\":\"");
    say(function);
    say_number(handle);
}

static int32_t end(mynaq_document *error)
{
    say("\"}");
    *error = lend();
    return MYNAQ_ERROR_WRONG_STATE;
}

static int32_t nothing_wrong(mynaq_document *error)
{
    if (error)
        memset(error, 0, sizeof *error);
    return MYNAQ_OK;
}

/* ---- What a host needs to come that far ---------------------------------------------------------- */

static int32_t MYNAQ_CALL open(const mynaq_host *host, const char *path, uint64_t path_size,
                               mynaq_handle *session, mynaq_document *error)
{
    (void)host, (void)path, (void)path_size;
    *session = SESSION;
    return nothing_wrong(error);
}

/* Whoever has not given back what was lent is told so here. */
static int32_t MYNAQ_CALL close(mynaq_handle session, mynaq_document *error)
{
    nothing_wrong(error);
    return session == SESSION && lent_out == 0 ? MYNAQ_OK : MYNAQ_ERROR_TOO_MANY;
}

static int32_t MYNAQ_CALL case_open(mynaq_handle session, const char *opening,
                                    uint64_t opening_size, mynaq_handle *patient,
                                    mynaq_document *error)
{
    (void)session, (void)opening, (void)opening_size;
    *patient = PATIENT;
    return nothing_wrong(error);
}

static int32_t MYNAQ_CALL case_close(mynaq_handle patient, mynaq_document *error)
{
    (void)patient;
    return nothing_wrong(error);
}

static int32_t MYNAQ_CALL release(mynaq_handle document)
{
    (void)document;
    lent_out--;
    return MYNAQ_OK;
}

/* ---- What 1.1 appended --------------------------------------------------------------------------- */

static int32_t MYNAQ_CALL case_allow_last_try(mynaq_handle patient, mynaq_document *error)
{
    begin("case_allow_last_try", patient);
    return end(error);
}

static int32_t MYNAQ_CALL log_in(mynaq_handle session, const char *text, uint64_t size,
                                 mynaq_document *error)
{
    begin("log_in", session);
    say_text(text, size);
    return end(error);
}

static int32_t MYNAQ_CALL log_out(mynaq_handle session, const char *crew_member, uint64_t size,
                                  mynaq_document *error)
{
    begin("log_out", session);
    say_text(crew_member, size);
    return end(error);
}

static int32_t MYNAQ_CALL case_observe(mynaq_handle patient, const char *observation, uint64_t size,
                                       mynaq_document *error)
{
    begin("case_observe", patient);
    say_text(observation, size);
    return end(error);
}

static int32_t MYNAQ_CALL case_wrong_patient(mynaq_handle patient, mynaq_document *error)
{
    begin("case_wrong_patient", patient);
    return end(error);
}

static int32_t MYNAQ_CALL case_opt_out(mynaq_handle patient, uint32_t opt_out,
                                       mynaq_document *error)
{
    begin("case_opt_out", patient);
    say_number(opt_out);
    return end(error);
}

static int32_t MYNAQ_CALL case_decide_all(mynaq_handle patient, const char *section, uint64_t size,
                                          uint32_t decision, mynaq_document *error)
{
    begin("case_decide_all", patient);
    say_text(section, size);
    say_number(decision);
    return end(error);
}

static int32_t MYNAQ_CALL case_notice_page(mynaq_handle patient, uint32_t language,
                                           mynaq_document *page, mynaq_document *error)
{
    strcpy(lent, "<!DOCTYPE html>case_notice_page");
    say_number(patient);
    say_number(language);
    *page = lend();
    return nothing_wrong(error);
}

static const mynaq_plugin table = {
    .struct_size = STRUCT_SIZE,
    .abi_version = VERSION,
    .product_version = "echo",
    .open = open,
    .close = close,
    .case_open = case_open,
    .case_close = case_close,
    .release = release,
    .case_allow_last_try = case_allow_last_try,
    .log_in = log_in,
    .log_out = log_out,
    .case_observe = case_observe,
    .case_wrong_patient = case_wrong_patient,
    .case_opt_out = case_opt_out,
    .case_decide_all = case_decide_all,
    .case_notice_page = case_notice_page,
};

int32_t MYNAQ_CALL mynaq_negotiate(const mynaq_host *host, const mynaq_plugin **plugin,
                                   char *reason, uint64_t reason_capacity);
int32_t MYNAQ_CALL mynaq_negotiate(const mynaq_host *host, const mynaq_plugin **plugin,
                                   char *reason, uint64_t reason_capacity)
{
    (void)host, (void)reason, (void)reason_capacity;
    *plugin = &table;
    return MYNAQ_OK;
}
