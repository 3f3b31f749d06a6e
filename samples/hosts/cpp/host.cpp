/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * One case in C++: loads the plugin by path, reads the card, looks up, prints the record as JSON.
 *
 *     host PLUGIN CONFIG IDENTITY CONSENT [REASON]
 *     host ./libmynaq_plugin.so mynaq.toml visual given
 *     host ./libmynaq_plugin.so mynaq.toml visual unobtainable unconscious
 *
 * With the environment variable MYNAQ_LOG the library's log goes to the standard error.
 * Exit: 0 the record was printed, 1 the case ended without one, 2 the host could not work.
 */
#include "mynaq.hpp"

#include <cstdlib>
#include <cstring>
#include <iostream>

namespace {

const char OPENING[] = "{\"incident\":\"CPP-0001\",\"unit\":\"CPP\",\"terminal\":\"CPP\","
                       "\"crew_member\":\"CPP\",\"pack\":\"record-app\"}";

struct Log : mynaq::Hooks {
    void log(std::uint32_t level, const std::string &target, const std::string &message) override
    {
        std::cerr << level << ' ' << target << ' ' << message << '\n';
    }
};

/* Whether an event has this member. A quote inside a JSON string is always escaped, so this text can
 * stand only where the member itself stands. A host with a JSON reader should use that. */
bool is(const mynaq::Document &event, const char *member)
{
    return std::strstr(event.data(), member) != nullptr;
}

/* Follows the case until there is a record. */
bool follow(mynaq::Case &patient)
{
    for (int round = 0; round < 120; round++) {
        mynaq::Document event = patient.next_event(1000);
        if (!event)
            continue;
        if (is(event, "\"event\":\"gate\"") && is(event, "\"state\":\"open\"")) {
            patient.look_up(mynaq::Scope::summary);
        } else if (is(event, "\"event\":\"gate\"") && is(event, "\"state\":\"closed\"")) {
            std::cerr << event.data() << '\n';
            return false;
        } else if (is(event, "\"event\":\"trouble\"")) {
            std::cerr << event.data() << '\n';
            if (is(event, "\"goes_on\":false"))
                return false;
        } else if (is(event, "\"event\":\"record\"")) {
            return true;
        }
    }
    return false;
}

int run(mynaq::Case &patient, const std::string &identity, const std::string &consent,
        const std::string &reason)
{
    try {
        patient.read_card();
        patient.identity(identity == "visual" ? mynaq::Identity::visual : mynaq::Identity::failed);
        patient.consent(consent == "given"     ? mynaq::Consent::given
                        : consent == "refused" ? mynaq::Consent::refused
                                               : mynaq::Consent::unobtainable,
                        reason);
        if (!follow(patient))
            return 1;
        std::cout << patient.record().data() << std::endl;
        return std::cout ? 0 : 2;
    } catch (const mynaq::Error &error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}

} // namespace

int main(int argc, char **argv)
{
    if (argc < 5) {
        std::cerr << "host PLUGIN CONFIG visual|failed given|unobtainable|refused [REASON]\n";
        return 2;
    }
    try {
        std::shared_ptr<mynaq::Hooks> hooks;
        if (std::getenv("MYNAQ_LOG"))
            hooks.reset(new Log);
        mynaq::Session session = mynaq::Plugin::load(argv[1]).open(argv[2], hooks);
        mynaq::Case patient = session.open_case(OPENING);
        return run(patient, argv[3], argv[4], argc > 5 ? argv[5] : "");
    } catch (const std::exception &error) { /* whatever it is, case and session are closed by now */
        std::cerr << error.what() << '\n';
        return 2;
    }
}
