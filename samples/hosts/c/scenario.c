/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Plays one scenario of a file against the plugin and says at which line it went another way: how a
 * vendor can test an integration without a screen. C99, no dependency but the C library.
 *
 *     scenario PLUGIN CONFIG FILE NAME
 *     scenario ./libmynaq_plugin.so mynaq.toml scenarios.txt refusal
 *
 * A scenario begins with `scenario NAME`. Each line after it is a step:
 *
 *     card P01                    what has to lie on the reader before it begins; for whoever sees to that
 *     log_in JSON, log_out MEMBER
 *     open JSON                   opens the case; one at a time
 *     read_card, cancel, wrong_patient, close
 *     observe JSON
 *     identity visual|failed, identity pin DIGITS
 *     consent given|refused, consent unobtainable REASON
 *     look_up summary|full|full_with_prescriptions
 *     decide FIELD accept|reject, decide_all SECTION|* accept|reject
 *     record, export FORMAT, notice_page LANGUAGE, notice handed_over|not_handed_over
 *     opt_out add|remove
 *     event KIND [TEXT]           waits for an event of this kind that has this text in it
 *     says TEXT                   the last record, export or notice page has this text in it
 *     silent TEXT                 no event since `open` had this text in it
 *     refused CODE STEP           the step is refused with this error code
 *
 * Exit: 0 it went as written, 1 it did not, 2 it could not be played.
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
    return library ? dlsym(library, symbol) : NULL;
}
#endif

/* How long one event is waited for, in rounds of a second. */
enum { PATIENCE = 60, LINE = 1024, HEARD = 1 << 20 };

static const mynaq_plugin *mynaq;
static mynaq_handle session, patient;
/* Every event of the case so far, and what the last call that gave a document gave. They may hold
 * patient data: this is a test program for simulated people. */
static char heard[HEARD], last[HEARD];

struct word {
    const char *name;
    uint32_t number;
};
static const struct word WORDS[] = {
    {"visual", MYNAQ_IDENTITY_VISUAL},
    {"pin", MYNAQ_IDENTITY_PIN},
    {"failed", MYNAQ_IDENTITY_FAILED},
    {"given", MYNAQ_CONSENT_GIVEN},
    {"unobtainable", MYNAQ_CONSENT_UNOBTAINABLE},
    {"refused", MYNAQ_CONSENT_REFUSED},
    {"summary", MYNAQ_SCOPE_SUMMARY},
    {"full", MYNAQ_SCOPE_FULL},
    {"full_with_prescriptions", MYNAQ_SCOPE_FULL_WITH_PRESCRIPTIONS},
    {"accept", MYNAQ_DECISION_ACCEPT},
    {"reject", MYNAQ_DECISION_REJECT},
    {"handed_over", MYNAQ_NOTICE_HANDED_OVER},
    {"not_handed_over", MYNAQ_NOTICE_NOT_HANDED_OVER},
    {"add", MYNAQ_OPT_OUT_ADD},
    {"remove", MYNAQ_OPT_OUT_REMOVE},
    {"ja", MYNAQ_NOTICE_LANGUAGE_JA},
    {"ja_furigana", MYNAQ_NOTICE_LANGUAGE_JA_FURIGANA},
    {"en", MYNAQ_NOTICE_LANGUAGE_EN},
    {"zh", MYNAQ_NOTICE_LANGUAGE_ZH},
    {"ko", MYNAQ_NOTICE_LANGUAGE_KO},
    {"pt", MYNAQ_NOTICE_LANGUAGE_PT},
    {"vi", MYNAQ_NOTICE_LANGUAGE_VI},
};

/* The number of a word; 0 is none of them, and the plugin says so. */
static uint32_t number(const char *name)
{
    size_t index;
    for (index = 0; index < sizeof WORDS / sizeof *WORDS; index++)
        if (strcmp(WORDS[index].name, name) == 0)
            return WORDS[index].number;
    return 0;
}

/* The next word of a line, and the rest behind it. */
static char *word(char **rest)
{
    char *begin = *rest + strspn(*rest, " \t");
    char *end = begin + strcspn(begin, " \t");
    *rest = end + strspn(end, " \t");
    *end = '\0';
    return begin;
}

/* Keeps a text, as much of it as there is room for. */
static void keep(char *place, const char *text, size_t size)
{
    size_t used = strlen(place), room = HEARD - 1 - used;
    memcpy(place + used, text, size < room ? size : room);
    place[used + (size < room ? size : room)] = '\0';
}

/* Waits for an event of a kind with a text in it: 1 it came, 0 it did not. */
static int wait_for(const char *kind, const char *text)
{
    char member[LINE];
    mynaq_document event, error;
    int rounds, found = 0;

    snprintf(member, sizeof member, "\"event\":\"%s\"", kind);
    for (rounds = 0; !found && rounds < PATIENCE; rounds++) {
        int32_t status = mynaq->next_event(patient, 1000, &event, &error);
        if (status < MYNAQ_OK) {
            mynaq->release(error.handle);
            return 0;
        }
        if (status == MYNAQ_NOTHING)
            continue;
        keep(heard, event.data, (size_t)event.size);
        keep(heard, "\n", 1);
        found = strstr(event.data, member) && strstr(event.data, text);
        mynaq->release(event.handle);
    }
    return found;
}

/* Gives one command. Its error, if any, is the caller's to release. */
static int32_t command(const char *name, char *rest, mynaq_document *error)
{
    mynaq_document document = {0, 0, NULL};
    const char *first, *second;
    int32_t status;

    memset(error, 0, sizeof *error);
    if (strcmp(name, "log_in") == 0)
        return mynaq->log_in(session, rest, strlen(rest), error);
    if (strcmp(name, "log_out") == 0)
        return mynaq->log_out(session, rest, strlen(rest), error);
    if (strcmp(name, "open") == 0)
        return mynaq->case_open(session, rest, strlen(rest), &patient, error);
    if (strcmp(name, "read_card") == 0)
        return mynaq->case_read_card(patient, error);
    if (strcmp(name, "cancel") == 0)
        return mynaq->case_cancel(patient, error);
    if (strcmp(name, "wrong_patient") == 0)
        return mynaq->case_wrong_patient(patient, error);
    if (strcmp(name, "close") == 0)
        return mynaq->case_close(patient, error);
    if (strcmp(name, "observe") == 0)
        return mynaq->case_observe(patient, rest, strlen(rest), error);

    if (strcmp(name, "record") == 0) {
        status = mynaq->case_record(patient, &document, error);
    } else if (strcmp(name, "export") == 0) {
        status = mynaq->case_export(patient, rest, strlen(rest), &document, error);
    } else if (strcmp(name, "notice_page") == 0) {
        status = mynaq->case_notice_page(patient, number(rest), &document, error);
    } else {
        first = word(&rest);
        if (strcmp(name, "identity") == 0)
            return mynaq->case_identity(patient, number(first), *rest ? rest : NULL, strlen(rest),
                                        error);
        if (strcmp(name, "consent") == 0)
            return mynaq->case_consent(patient, number(first), *rest ? rest : NULL, strlen(rest),
                                       error);
        if (strcmp(name, "look_up") == 0)
            return mynaq->case_look_up(patient, number(first), error);
        if (strcmp(name, "notice") == 0)
            return mynaq->case_notice(patient, number(first), error);
        if (strcmp(name, "opt_out") == 0)
            return mynaq->case_opt_out(patient, number(first), error);
        second = word(&rest);
        if (strcmp(name, "decide") == 0)
            return mynaq->case_decide(patient, first, strlen(first), number(second), error);
        if (strcmp(name, "decide_all") == 0) {
            if (strcmp(first, "*") == 0)
                first = "";
            return mynaq->case_decide_all(patient, first, strlen(first), number(second), error);
        }
        fprintf(stderr, "no such step: %s\n", name);
        exit(2);
    }
    last[0] = '\0';
    if (status >= MYNAQ_OK) {
        keep(last, document.data, (size_t)document.size);
        mynaq->release(document.handle);
    }
    return status;
}

/* Plays one step: 1 it went as written, 0 it did not. */
static int step(char *line)
{
    char *rest = line, *name = word(&rest), expected[LINE] = "";
    mynaq_document error;
    int32_t status;
    int right;

    if (strcmp(name, "card") == 0)
        return 1;
    if (strcmp(name, "event") == 0) {
        name = word(&rest);
        return wait_for(name, rest);
    }
    if (strcmp(name, "says") == 0)
        return strstr(last, rest) != NULL;
    if (strcmp(name, "silent") == 0)
        return strstr(heard, rest) == NULL;
    if (strcmp(name, "refused") == 0) {
        snprintf(expected, sizeof expected, "\"code\":\"%s\"", word(&rest));
        name = word(&rest);
    }
    if (strcmp(name, "open") == 0)
        heard[0] = '\0';
    status = command(name, rest, &error);
    right = *expected ? status < MYNAQ_OK && error.handle && strstr(error.data, expected)
                      : status >= MYNAQ_OK;
    if (!right)
        fprintf(stderr, "%s: %ld %s\n", name, (long)status, error.handle ? error.data : "");
    mynaq->release(error.handle);
    return right;
}

/* Finds the scenario in the file and plays it to its end. */
static int play(const char *path, const char *name)
{
    char line[LINE], shown[LINE];
    FILE *file = fopen(path, "rb");
    int number_of_line = 0, inside = 0, found = 0;

    if (!file) {
        perror(path);
        return 2;
    }
    while (fgets(line, sizeof line, file)) {
        char *rest = line + strspn(line, " \t");
        number_of_line++;
        rest[strcspn(rest, "\r\n")] = '\0';
        if (*rest == '\0' || *rest == '#')
            continue;
        if (strncmp(rest, "scenario ", 9) == 0) {
            inside = strcmp(rest + 9, name) == 0;
            found |= inside;
            continue;
        }
        strcpy(shown, rest);
        if (inside && !step(rest)) {
            fprintf(stderr, "%s:%d: it went another way at: %s\nheard so far:\n%s", path,
                    number_of_line, shown, heard);
            fclose(file);
            return 1;
        }
    }
    fclose(file);
    if (!found)
        fprintf(stderr, "%s: no scenario %s\n", path, name);
    return found ? 0 : 2;
}

int main(int argc, char **argv)
{
    mynaq_host host = {sizeof(mynaq_host), MYNAQ_ABI_VERSION, NULL, NULL, NULL};
    mynaq_negotiate_fn negotiate;
    mynaq_document error;
    char reason[256] = "";
    int result;

    if (argc != 5) {
        fprintf(stderr, "scenario PLUGIN CONFIG FILE NAME\n");
        return 2;
    }
    /* ISO C has no cast from an object pointer to a function pointer; the platforms do. */
    *(void **)&negotiate = find(argv[1], MYNAQ_NEGOTIATE);
    if (!negotiate || negotiate(&host, &mynaq, reason, sizeof reason) != MYNAQ_OK) {
        fprintf(stderr, "%s is not a plugin that can be used: %s\n", argv[1], reason);
        return 2;
    }
    if (!MYNAQ_HAS(mynaq, case_notice_page)) {
        fprintf(stderr, "the plugin is older than 1.1, which these scenarios need\n");
        return 2;
    }
    if (mynaq->open(&host, argv[2], strlen(argv[2]), &session, &error) < MYNAQ_OK) {
        fprintf(stderr, "open: %s\n", error.handle ? error.data : "");
        return 2;
    }
    result = play(argv[3], argv[4]);
    mynaq->close(session, NULL);
    return result;
}
