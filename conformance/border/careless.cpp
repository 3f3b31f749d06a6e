/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * A careless host through mynaq.hpp: lets its session end within its own wake-up call, is called
 * again, wants a last try that is none, and ends the process with another session open. Prints `survived`.
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
    std::int32_t last_try = MYNAQ_OK;
    try {
        patient.allow_last_try();
    } catch (const mynaq::Error &error) {
        last_try = error.status();
    }
    /* Left open until the process ends. */
    static mynaq::Session left = plugin.open(argv[2], std::make_shared<Careless>());
    std::lock_guard<std::mutex> alone(one_at_a_time);
    bool refused = last_try == MYNAQ_ERROR_WRONG_STATE;
    bool survived = woken >= 3 && freed == 0 && !held && refused;
    std::cout << (survived ? "survived" : "not as expected") << std::endl;
}
