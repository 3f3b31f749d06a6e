/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * A careless host through mynaq.hpp: lets its session end within its own wake-up call, is called
 * again, wants what cannot be had of a case that has only been opened, and ends the process with
 * another session open. Prints `survived`.
 *
 *     careless PLUGIN CONFIG
 */
#include "mynaq.hpp"

#include <iostream>
#include <mutex>

static const char OPENING[] = "{\"incident\":\"X\",\"unit\":\"X\",\"terminal\":\"X\","
                              "\"crew_member\":\"X\",\"pack\":\"record-app\"}";

static std::unique_ptr<mynaq::Session> held;
static std::mutex one_at_a_time; /* readers wake it from another thread */
static int woken, freed;

struct Careless : mynaq::Hooks {
    ~Careless() override { freed++; }
    void wake(mynaq_handle) override
    {
        std::lock_guard<std::mutex> alone(one_at_a_time);
        woken++;
        held.reset();
        throw std::runtime_error("no exception may leave");
    }
};

template <typename Call> static bool refused(Call call)
{
    try {
        call();
    } catch (const mynaq::Error &error) {
        return error.status() == MYNAQ_ERROR_WRONG_STATE;
    }
    return false;
}

/* A last try of no PIN, another person's card and a list for it where none was read, offers and a
 * notice where nobody was viewed. */
static bool wants_too_much(mynaq::Case &patient)
{
    return refused([&] { patient.allow_last_try(); }) && refused([&] { patient.wrong_patient(); }) &&
           refused([&] { patient.opt_out(mynaq::OptOut::add); }) &&
           refused([&] { patient.decide_all(mynaq::Decision::accept); }) &&
           refused([&] { patient.notice_page(mynaq::NoticeLanguage::ja); });
}

int main(int, char **argv)
{
    mynaq::Plugin plugin = mynaq::Plugin::load(argv[1]);
    std::unique_ptr<mynaq::Session> session(
        new mynaq::Session(plugin.open(argv[2], std::make_shared<Careless>())));
    mynaq::Case patient = session->open_case(OPENING);
    {
        std::lock_guard<std::mutex> alone(one_at_a_time);
        held = std::move(session);
    }
    patient.identity(mynaq::Identity::visual); /* wakes: the session ends there */
    patient.identity(mynaq::Identity::visual); /* wakes again: its hooks must still be there */
    bool all_refused = wants_too_much(patient);
    /* Left open until the process ends. */
    static mynaq::Session left = plugin.open(argv[2], std::make_shared<Careless>());
    std::lock_guard<std::mutex> alone(one_at_a_time);
    bool survived = woken >= 3 && freed == 0 && !held && all_refused;
    std::cout << (survived ? "survived" : "not as expected") << std::endl;
}
