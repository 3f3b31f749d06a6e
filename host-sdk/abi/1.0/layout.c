/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * What version 1.0 of mynaq.h promises. Written when it was frozen, and never
 * again: a mynaq.h this does not compile with breaks hosts of 1.0.
 */
#include <mynaq.h> /* the one that is held to it, not the one beside this */

#include <stddef.h>
#ifndef MYNAQ_NO_PROGRAM
#include <string.h>
#endif

/* As it was then: what today's header calls so may have changed. */
#if defined(_WIN32)
#define THEN __cdecl
#else
#define THEN
#endif

#ifndef MYNAQ_HAS
#error MYNAQ_HAS is gone
#endif

#define P sizeof(void *)
#define SAME(name, condition) extern char same_##name[(condition) ? 1 : -1]

SAME(MYNAQ_IDENTITY_VISUAL, MYNAQ_IDENTITY_VISUAL == 1u);
SAME(MYNAQ_IDENTITY_PIN, MYNAQ_IDENTITY_PIN == 2u);
SAME(MYNAQ_IDENTITY_FAILED, MYNAQ_IDENTITY_FAILED == 3u);
SAME(MYNAQ_CONSENT_GIVEN, MYNAQ_CONSENT_GIVEN == 1u);
SAME(MYNAQ_CONSENT_UNOBTAINABLE, MYNAQ_CONSENT_UNOBTAINABLE == 2u);
SAME(MYNAQ_CONSENT_REFUSED, MYNAQ_CONSENT_REFUSED == 3u);
SAME(MYNAQ_REASON_UNCONSCIOUS, sizeof(MYNAQ_REASON_UNCONSCIOUS) == sizeof("unconscious"));
SAME(MYNAQ_REASON_IMPAIRED_CONSCIOUSNESS, sizeof(MYNAQ_REASON_IMPAIRED_CONSCIOUSNESS) == sizeof("impaired_consciousness"));
SAME(MYNAQ_REASON_CANNOT_COMMUNICATE, sizeof(MYNAQ_REASON_CANNOT_COMMUNICATE) == sizeof("cannot_communicate"));
SAME(MYNAQ_SCOPE_SUMMARY, MYNAQ_SCOPE_SUMMARY == 1u);
SAME(MYNAQ_SCOPE_FULL, MYNAQ_SCOPE_FULL == 2u);
SAME(MYNAQ_SCOPE_FULL_WITH_PRESCRIPTIONS, MYNAQ_SCOPE_FULL_WITH_PRESCRIPTIONS == 3u);
SAME(MYNAQ_DECISION_ACCEPT, MYNAQ_DECISION_ACCEPT == 1u);
SAME(MYNAQ_DECISION_REJECT, MYNAQ_DECISION_REJECT == 2u);
SAME(MYNAQ_NOTICE_HANDED_OVER, MYNAQ_NOTICE_HANDED_OVER == 1u);
SAME(MYNAQ_NOTICE_NOT_HANDED_OVER, MYNAQ_NOTICE_NOT_HANDED_OVER == 2u);
SAME(MYNAQ_FORMAT_JSON, sizeof(MYNAQ_FORMAT_JSON) == sizeof("json"));
SAME(MYNAQ_OK, MYNAQ_OK == 0);
SAME(MYNAQ_NOTHING, MYNAQ_NOTHING == 1);
SAME(MYNAQ_ERROR_NULL_ARGUMENT, MYNAQ_ERROR_NULL_ARGUMENT == (-101));
SAME(MYNAQ_ERROR_NOT_UTF8, MYNAQ_ERROR_NOT_UTF8 == (-102));
SAME(MYNAQ_ERROR_UNKNOWN_HANDLE, MYNAQ_ERROR_UNKNOWN_HANDLE == (-103));
SAME(MYNAQ_ERROR_UNKNOWN_VALUE, MYNAQ_ERROR_UNKNOWN_VALUE == (-104));
SAME(MYNAQ_ERROR_WRONG_STATE, MYNAQ_ERROR_WRONG_STATE == (-105));
SAME(MYNAQ_ERROR_BAD_DOCUMENT, MYNAQ_ERROR_BAD_DOCUMENT == (-106));
SAME(MYNAQ_ERROR_INCOMPATIBLE, MYNAQ_ERROR_INCOMPATIBLE == (-107));
SAME(MYNAQ_ERROR_TOO_LARGE, MYNAQ_ERROR_TOO_LARGE == (-108));
SAME(MYNAQ_ERROR_FORKED, MYNAQ_ERROR_FORKED == (-109));
SAME(MYNAQ_ERROR_WRONG_THREAD, MYNAQ_ERROR_WRONG_THREAD == (-110));
SAME(MYNAQ_ERROR_TOO_MANY, MYNAQ_ERROR_TOO_MANY == (-111));
SAME(MYNAQ_ERROR_CONFIG_UNREADABLE, MYNAQ_ERROR_CONFIG_UNREADABLE == (-201));
SAME(MYNAQ_ERROR_CONFIG_INVALID, MYNAQ_ERROR_CONFIG_INVALID == (-202));
SAME(MYNAQ_ERROR_CONFIG_CREDENTIALS, MYNAQ_ERROR_CONFIG_CREDENTIALS == (-203));
SAME(MYNAQ_ERROR_CONFIG_CONFLICT, MYNAQ_ERROR_CONFIG_CONFLICT == (-204));
SAME(MYNAQ_ERROR_PIN_MALFORMED, MYNAQ_ERROR_PIN_MALFORMED == (-412));
SAME(MYNAQ_ERROR_GATE_NOT_READY, MYNAQ_ERROR_GATE_NOT_READY == (-501));
SAME(MYNAQ_ERROR_REASON_REQUIRED, MYNAQ_ERROR_REASON_REQUIRED == (-502));
SAME(MYNAQ_ERROR_REASON_UNKNOWN, MYNAQ_ERROR_REASON_UNKNOWN == (-503));
SAME(MYNAQ_ERROR_IDENTITY_FAILED, MYNAQ_ERROR_IDENTITY_FAILED == (-504));
SAME(MYNAQ_ERROR_REFUSED, MYNAQ_ERROR_REFUSED == (-505));
SAME(MYNAQ_ERROR_NO_RECORD, MYNAQ_ERROR_NO_RECORD == (-506));
SAME(MYNAQ_ERROR_UNKNOWN_PACK, MYNAQ_ERROR_UNKNOWN_PACK == (-801));
SAME(MYNAQ_ERROR_INVALID_PACK, MYNAQ_ERROR_INVALID_PACK == (-802));
SAME(MYNAQ_ERROR_UNKNOWN_FIELD, MYNAQ_ERROR_UNKNOWN_FIELD == (-803));
SAME(MYNAQ_ERROR_UNKNOWN_FORMAT, MYNAQ_ERROR_UNKNOWN_FORMAT == (-804));
SAME(MYNAQ_ERROR_PANIC, MYNAQ_ERROR_PANIC == (-901));
SAME(MYNAQ_ERROR_STOPPED, MYNAQ_ERROR_STOPPED == (-902));
SAME(MYNAQ_LOG_ERROR, MYNAQ_LOG_ERROR == 1u);
SAME(MYNAQ_LOG_WARN, MYNAQ_LOG_WARN == 2u);
SAME(MYNAQ_LOG_INFO, MYNAQ_LOG_INFO == 3u);
SAME(MYNAQ_LOG_DEBUG, MYNAQ_LOG_DEBUG == 4u);
SAME(MYNAQ_LOG_TRACE, MYNAQ_LOG_TRACE == 5u);
SAME(MYNAQ_NEGOTIATE, sizeof(MYNAQ_NEGOTIATE) == sizeof("mynaq_negotiate"));
SAME(MYNAQ_ABI_MAJOR, MYNAQ_ABI_MAJOR == 1u);
SAME(MYNAQ_ABI_MINOR, MYNAQ_ABI_MINOR + 1 > 0u);
SAME(MYNAQ_ABI_VERSION, MYNAQ_ABI_VERSION == (MYNAQ_ABI_MAJOR << 16 | MYNAQ_ABI_MINOR));

SAME(mynaq_host_struct_size, offsetof(mynaq_host, struct_size) == 0 + 0 * P && sizeof(((mynaq_host *)0)->struct_size) == 4);
SAME(mynaq_host_abi_version, offsetof(mynaq_host, abi_version) == 4 + 0 * P && sizeof(((mynaq_host *)0)->abi_version) == 4);
SAME(mynaq_host_context, offsetof(mynaq_host, context) == 8 + 0 * P && sizeof(((mynaq_host *)0)->context) == P);
SAME(mynaq_host_log, offsetof(mynaq_host, log) == 8 + 1 * P && sizeof(((mynaq_host *)0)->log) == P);
SAME(mynaq_host_wake, offsetof(mynaq_host, wake) == 8 + 2 * P && sizeof(((mynaq_host *)0)->wake) == P);
SAME(mynaq_host, sizeof(mynaq_host) >= 8 + 3 * P);

SAME(mynaq_document_handle, offsetof(mynaq_document, handle) == 0 + 0 * P && sizeof(((mynaq_document *)0)->handle) == 8);
SAME(mynaq_document_size, offsetof(mynaq_document, size) == 8 + 0 * P && sizeof(((mynaq_document *)0)->size) == 8);
SAME(mynaq_document_data, offsetof(mynaq_document, data) == 16 + 0 * P && sizeof(((mynaq_document *)0)->data) == P);
SAME(mynaq_document, sizeof(mynaq_document) == 16 + 1 * P || sizeof(mynaq_document) == (16 + 1 * P + 7) / 8 * 8);

SAME(mynaq_plugin_struct_size, offsetof(mynaq_plugin, struct_size) == 0 + 0 * P && sizeof(((mynaq_plugin *)0)->struct_size) == 4);
SAME(mynaq_plugin_abi_version, offsetof(mynaq_plugin, abi_version) == 4 + 0 * P && sizeof(((mynaq_plugin *)0)->abi_version) == 4);
SAME(mynaq_plugin_product_version, offsetof(mynaq_plugin, product_version) == 8 + 0 * P && sizeof(((mynaq_plugin *)0)->product_version) == P);
SAME(mynaq_plugin_open, offsetof(mynaq_plugin, open) == 8 + 1 * P && sizeof(((mynaq_plugin *)0)->open) == P);
SAME(mynaq_plugin_close, offsetof(mynaq_plugin, close) == 8 + 2 * P && sizeof(((mynaq_plugin *)0)->close) == P);
SAME(mynaq_plugin_shutdown, offsetof(mynaq_plugin, shutdown) == 8 + 3 * P && sizeof(((mynaq_plugin *)0)->shutdown) == P);
SAME(mynaq_plugin_capabilities, offsetof(mynaq_plugin, capabilities) == 8 + 4 * P && sizeof(((mynaq_plugin *)0)->capabilities) == P);
SAME(mynaq_plugin_case_open, offsetof(mynaq_plugin, case_open) == 8 + 5 * P && sizeof(((mynaq_plugin *)0)->case_open) == P);
SAME(mynaq_plugin_case_read_card, offsetof(mynaq_plugin, case_read_card) == 8 + 6 * P && sizeof(((mynaq_plugin *)0)->case_read_card) == P);
SAME(mynaq_plugin_case_identity, offsetof(mynaq_plugin, case_identity) == 8 + 7 * P && sizeof(((mynaq_plugin *)0)->case_identity) == P);
SAME(mynaq_plugin_case_consent, offsetof(mynaq_plugin, case_consent) == 8 + 8 * P && sizeof(((mynaq_plugin *)0)->case_consent) == P);
SAME(mynaq_plugin_case_look_up, offsetof(mynaq_plugin, case_look_up) == 8 + 9 * P && sizeof(((mynaq_plugin *)0)->case_look_up) == P);
SAME(mynaq_plugin_case_cancel, offsetof(mynaq_plugin, case_cancel) == 8 + 10 * P && sizeof(((mynaq_plugin *)0)->case_cancel) == P);
SAME(mynaq_plugin_case_decide, offsetof(mynaq_plugin, case_decide) == 8 + 11 * P && sizeof(((mynaq_plugin *)0)->case_decide) == P);
SAME(mynaq_plugin_case_record, offsetof(mynaq_plugin, case_record) == 8 + 12 * P && sizeof(((mynaq_plugin *)0)->case_record) == P);
SAME(mynaq_plugin_case_export, offsetof(mynaq_plugin, case_export) == 8 + 13 * P && sizeof(((mynaq_plugin *)0)->case_export) == P);
SAME(mynaq_plugin_case_notice, offsetof(mynaq_plugin, case_notice) == 8 + 14 * P && sizeof(((mynaq_plugin *)0)->case_notice) == P);
SAME(mynaq_plugin_case_close, offsetof(mynaq_plugin, case_close) == 8 + 15 * P && sizeof(((mynaq_plugin *)0)->case_close) == P);
SAME(mynaq_plugin_next_event, offsetof(mynaq_plugin, next_event) == 8 + 16 * P && sizeof(((mynaq_plugin *)0)->next_event) == P);
SAME(mynaq_plugin_release, offsetof(mynaq_plugin, release) == 8 + 17 * P && sizeof(((mynaq_plugin *)0)->release) == P);
SAME(mynaq_plugin_extension, offsetof(mynaq_plugin, extension) == 8 + 18 * P && sizeof(((mynaq_plugin *)0)->extension) == P);
SAME(mynaq_plugin, sizeof(mynaq_plugin) >= 8 + 19 * P);

/* The types, which must be the very same. */
void mynaq_types(mynaq_host *mynaq_host_, mynaq_document *mynaq_document_, mynaq_plugin *mynaq_plugin_, mynaq_negotiate_fn *negotiate);
void mynaq_types(mynaq_host *mynaq_host_, mynaq_document *mynaq_document_, mynaq_plugin *mynaq_plugin_, mynaq_negotiate_fn *negotiate)
{
    uint32_t *mynaq_host_struct_size = &mynaq_host_->struct_size;
    uint32_t *mynaq_host_abi_version = &mynaq_host_->abi_version;
    void **mynaq_host_context = &mynaq_host_->context;
    void(THEN **mynaq_host_log)(void *context, uint32_t level, const char *target, uint64_t target_size, const char *message, uint64_t message_size) = &mynaq_host_->log;
    void(THEN **mynaq_host_wake)(void *context, uint64_t patient) = &mynaq_host_->wake;
    uint64_t *mynaq_document_handle = &mynaq_document_->handle;
    uint64_t *mynaq_document_size = &mynaq_document_->size;
    const char **mynaq_document_data = &mynaq_document_->data;
    uint32_t *mynaq_plugin_struct_size = &mynaq_plugin_->struct_size;
    uint32_t *mynaq_plugin_abi_version = &mynaq_plugin_->abi_version;
    const char **mynaq_plugin_product_version = &mynaq_plugin_->product_version;
    int32_t(THEN **mynaq_plugin_open)(const mynaq_host *host, const char *config_path, uint64_t config_path_size, uint64_t *session, mynaq_document *error) = &mynaq_plugin_->open;
    int32_t(THEN **mynaq_plugin_close)(uint64_t session, mynaq_document *error) = &mynaq_plugin_->close;
    int32_t(THEN **mynaq_plugin_shutdown)(mynaq_document *error) = &mynaq_plugin_->shutdown;
    int32_t(THEN **mynaq_plugin_capabilities)(uint64_t session, mynaq_document *capabilities, mynaq_document *error) = &mynaq_plugin_->capabilities;
    int32_t(THEN **mynaq_plugin_case_open)(uint64_t session, const char *opening, uint64_t opening_size, uint64_t *patient, mynaq_document *error) = &mynaq_plugin_->case_open;
    int32_t(THEN **mynaq_plugin_case_read_card)(uint64_t patient, mynaq_document *error) = &mynaq_plugin_->case_read_card;
    int32_t(THEN **mynaq_plugin_case_identity)(uint64_t patient, uint32_t identity, const char *pin, uint64_t pin_size, mynaq_document *error) = &mynaq_plugin_->case_identity;
    int32_t(THEN **mynaq_plugin_case_consent)(uint64_t patient, uint32_t consent, const char *reason, uint64_t reason_size, mynaq_document *error) = &mynaq_plugin_->case_consent;
    int32_t(THEN **mynaq_plugin_case_look_up)(uint64_t patient, uint32_t scope, mynaq_document *error) = &mynaq_plugin_->case_look_up;
    int32_t(THEN **mynaq_plugin_case_cancel)(uint64_t patient, mynaq_document *error) = &mynaq_plugin_->case_cancel;
    int32_t(THEN **mynaq_plugin_case_decide)(uint64_t patient, const char *field, uint64_t field_size, uint32_t decision, mynaq_document *error) = &mynaq_plugin_->case_decide;
    int32_t(THEN **mynaq_plugin_case_record)(uint64_t patient, mynaq_document *record, mynaq_document *error) = &mynaq_plugin_->case_record;
    int32_t(THEN **mynaq_plugin_case_export)(uint64_t patient, const char *format, uint64_t format_size, mynaq_document *bytes, mynaq_document *error) = &mynaq_plugin_->case_export;
    int32_t(THEN **mynaq_plugin_case_notice)(uint64_t patient, uint32_t notice, mynaq_document *error) = &mynaq_plugin_->case_notice;
    int32_t(THEN **mynaq_plugin_case_close)(uint64_t patient, mynaq_document *error) = &mynaq_plugin_->case_close;
    int32_t(THEN **mynaq_plugin_next_event)(uint64_t patient, uint32_t timeout_ms, mynaq_document *event, mynaq_document *error) = &mynaq_plugin_->next_event;
    int32_t(THEN **mynaq_plugin_release)(uint64_t document) = &mynaq_plugin_->release;
    const void *(THEN **mynaq_plugin_extension)(const char *id, uint64_t id_size) = &mynaq_plugin_->extension;
    int32_t(THEN **found)(const mynaq_host *host, const mynaq_plugin **plugin, char *reason, uint64_t reason_capacity) = negotiate;
    (void)mynaq_host_struct_size;
    (void)mynaq_host_abi_version;
    (void)mynaq_host_context;
    (void)mynaq_host_log;
    (void)mynaq_host_wake;
    (void)mynaq_document_handle;
    (void)mynaq_document_size;
    (void)mynaq_document_data;
    (void)mynaq_plugin_struct_size;
    (void)mynaq_plugin_abi_version;
    (void)mynaq_plugin_product_version;
    (void)mynaq_plugin_open;
    (void)mynaq_plugin_close;
    (void)mynaq_plugin_shutdown;
    (void)mynaq_plugin_capabilities;
    (void)mynaq_plugin_case_open;
    (void)mynaq_plugin_case_read_card;
    (void)mynaq_plugin_case_identity;
    (void)mynaq_plugin_case_consent;
    (void)mynaq_plugin_case_look_up;
    (void)mynaq_plugin_case_cancel;
    (void)mynaq_plugin_case_decide;
    (void)mynaq_plugin_case_record;
    (void)mynaq_plugin_case_export;
    (void)mynaq_plugin_case_notice;
    (void)mynaq_plugin_case_close;
    (void)mynaq_plugin_next_event;
    (void)mynaq_plugin_release;
    (void)mynaq_plugin_extension;
    (void)found;
}

#ifndef MYNAQ_NO_PROGRAM
int main(void)
{
    int wrong = 0;
    wrong += strcmp(MYNAQ_REASON_UNCONSCIOUS, "unconscious") != 0;
    wrong += strcmp(MYNAQ_REASON_IMPAIRED_CONSCIOUSNESS, "impaired_consciousness") != 0;
    wrong += strcmp(MYNAQ_REASON_CANNOT_COMMUNICATE, "cannot_communicate") != 0;
    wrong += strcmp(MYNAQ_FORMAT_JSON, "json") != 0;
    wrong += strcmp(MYNAQ_NEGOTIATE, "mynaq_negotiate") != 0;
    return wrong;
}
#endif
