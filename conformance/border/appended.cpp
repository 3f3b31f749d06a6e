/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * A host through mynaq.hpp that calls what 1.1 appended, each function once or twice, and prints what
 * it got: `status error` for a call that failed, `0` for one that did not, and last the page.
 *
 *     appended PLUGIN CONFIG
 */
#include "mynaq.hpp"

#include <iostream>

static const char OPENING[] = "{\"incident\":\"X\",\"unit\":\"X\",\"terminal\":\"X\","
                              "\"crew_member\":\"X\",\"pack\":\"record-app\"}";
static const char LOG_IN[] = "{\"crew_member\":\"隊員七\",\"unit\":\"A1\",\"terminal\":\"T1\","
                             "\"factors\":[\"pin\",\"ic_card\"]}";

template <typename Call> static void print(Call call)
{
    try {
        call();
        std::cout << "0\n";
    } catch (const mynaq::Error &error) {
        bool told = !error.document().empty();
        std::cout << error.status() << ' ' << (told ? error.document() : error.what()) << '\n';
    }
}

int main(int, char **argv)
{
    mynaq::Plugin plugin = mynaq::Plugin::load(argv[1]);
    mynaq::Session session = plugin.open(argv[2]);
    mynaq::Case patient = session.open_case(OPENING);
    print([&] { session.log_in(LOG_IN); });
    print([&] { session.log_out("隊員七"); });
    print([&] { patient.allow_last_try(); });
    print([&] { patient.wrong_patient(); });
    print([&] { patient.opt_out(mynaq::OptOut::remove); });
    print([&] { patient.decide_all(mynaq::Decision::reject, "medications"); });
    print([&] { patient.decide_all(mynaq::Decision::accept); });
    print([&] { patient.observe("{\"jcs\":300}"); });
    print([&] { std::cout << patient.notice_page(mynaq::NoticeLanguage::vi).copy() << '\n'; });
    patient.close();
    session.close();
}
