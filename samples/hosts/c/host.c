/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * One case in C99: loads the plugin by path, reads the card, looks up, prints the record as JSON.
 *
 *     host PLUGIN CONFIG IDENTITY CONSENT [REASON]
 *     host ./libmynaq_plugin.so mynaq.toml visual given
 *     host ./libmynaq_plugin.so mynaq.toml visual unobtainable unconscious
 *
 * With the environment variable MYNAQ_LOG the library's log goes to the standard error.
 * Exit: 0 the record was printed, 1 the case ended without one, 2 the host could not work.
 */
#include "mynaq.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(_WIN32)
#include <windows.h>
static void *find(const char *path, const char *symbol)
{
    HMODULE library = LoadLibraryA(path); /* never freed */
    return library ? (void *)GetProcAddress(library, symbol) : NULL;
}
#else
#include <dlfcn.h>
static void *find(const char *path, const char *symbol)
{
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL); /* never closed */
    if (!library) {
        fprintf(stderr, "%s\n", dlerror());
        return NULL;
    }
    return dlsym(library, symbol);
}
#endif

static const mynaq_plugin *mynaq;

static const char OPENING[] =
    "{\"incident\":\"C-0001\",\"unit\":\"C\",\"terminal\":\"C\",\"crew_member\":\"C\","
    "\"pack\":\"record-app\"}";

/* A line of the library's log: on any thread, and nothing may be called from here. */
static void MYNAQ_CALL on_log(void *context, uint32_t level, const char *target,
                              uint64_t target_size, const char *message, uint64_t message_size)
{
    (void)context;
    fprintf(stderr, "%lu %.*s %.*s\n", (unsigned long)level, (int)target_size, target,
            (int)message_size, message);
}

/* Prints an error and gives its document back. */
static void explain(const char *what, int32_t status, const mynaq_document *error)
{
    fprintf(stderr, "%s: %ld %s\n", what, (long)status, error->handle ? error->data : "");
    mynaq->release(error->handle);
}

/* Whether an event is of this kind. A quote inside a JSON string is always escaped, so this text can
 * stand only where the member itself stands. A host with a JSON reader should use that. */
static int is(const mynaq_document *event, const char *member)
{
    return strstr(event->data, member) != NULL;
}

/* Follows the case until there is a record: 1 yes, 0 no. */
static int follow(mynaq_handle patient)
{
    mynaq_document event, error; /* every call writes them: no need to empty them before */
    int status, rounds, done = -1;

    for (rounds = 0; done < 0 && rounds < 120; rounds++) {
        status = mynaq->next_event(patient, 1000, &event, &error);
        if (status < MYNAQ_OK) {
            explain("next_event", status, &error);
            return 0;
        }
        if (status == MYNAQ_NOTHING)
            continue;
        if (is(&event, "\"event\":\"gate\"") && is(&event, "\"state\":\"open\"")) {
            status = mynaq->case_look_up(patient, MYNAQ_SCOPE_SUMMARY, &error);
            if (status < MYNAQ_OK) {
                explain("case_look_up", status, &error);
                done = 0;
            }
        } else if (is(&event, "\"event\":\"gate\"") && is(&event, "\"state\":\"closed\"")) {
            fprintf(stderr, "%s\n", event.data);
            done = 0;
        } else if (is(&event, "\"event\":\"trouble\"")) {
            fprintf(stderr, "%s\n", event.data);
            if (is(&event, "\"goes_on\":false"))
                done = 0;
        } else if (is(&event, "\"event\":\"record\"")) {
            done = 1;
        }
        mynaq->release(event.handle);
    }
    return done == 1;
}

static int run(mynaq_handle patient, uint32_t identity, uint32_t consent, const char *reason)
{
    mynaq_document error, record;
    int32_t status;

    if ((status = mynaq->case_read_card(patient, &error)) < MYNAQ_OK ||
        (status = mynaq->case_identity(patient, identity, NULL, 0, &error)) < MYNAQ_OK ||
        (status = mynaq->case_consent(patient, consent, reason, strlen(reason), &error)) < MYNAQ_OK) {
        explain("case", status, &error);
        return 1;
    }
    if (!follow(patient))
        return 1;
    if ((status = mynaq->case_record(patient, &record, &error)) < MYNAQ_OK) {
        explain("case_record", status, &error);
        return 1;
    }
    status = printf("%s\n", record.data) < 0 || fflush(stdout) != 0;
    mynaq->release(record.handle);
    return status ? 2 : 0;
}

int main(int argc, char **argv)
{
    mynaq_host host = {sizeof(mynaq_host), MYNAQ_ABI_VERSION, NULL, NULL, NULL};
    mynaq_document error;
    mynaq_handle session, patient;
    mynaq_negotiate_fn negotiate;
    uint32_t identity, consent;
    char reason[256] = "";
    int32_t status;
    int result = 2;

    if (getenv("MYNAQ_LOG"))
        host.log = on_log;
    if (argc < 5) {
        fprintf(stderr, "host PLUGIN CONFIG visual|failed given|unobtainable|refused [REASON]\n");
        return 2;
    }
    identity = strcmp(argv[3], "visual") == 0 ? MYNAQ_IDENTITY_VISUAL : MYNAQ_IDENTITY_FAILED;
    consent = strcmp(argv[4], "given") == 0     ? MYNAQ_CONSENT_GIVEN
              : strcmp(argv[4], "refused") == 0 ? MYNAQ_CONSENT_REFUSED
                                                : MYNAQ_CONSENT_UNOBTAINABLE;

    /* ISO C has no cast from an object pointer to a function pointer; the platforms do. */
    *(void **)&negotiate = find(argv[1], MYNAQ_NEGOTIATE);
    if (!negotiate) {
        fprintf(stderr, "%s is not a MynaQ plugin\n", argv[1]);
        return 2;
    }
    if (negotiate(&host, &mynaq, reason, sizeof reason) != MYNAQ_OK) {
        fprintf(stderr, "%s\n", reason);
        return 2;
    }
    status = mynaq->open(&host, argv[2], strlen(argv[2]), &session, &error);
    if (status < MYNAQ_OK) {
        explain("open", status, &error);
        return 2;
    }
    status = mynaq->case_open(session, OPENING, strlen(OPENING), &patient, &error);
    if (status < MYNAQ_OK) {
        explain("case_open", status, &error);
    } else {
        result = run(patient, identity, consent, argc > 5 ? argv[5] : "");
        mynaq->case_close(patient, NULL);
    }
    mynaq->close(session, NULL);
    return result;
}
