/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * A careless host through mynaq.hpp: lets its session end within its own wake-up call, is called
 * again, and ends the process with another session open. Prints `survived`.
 *
 *     careless PLUGIN CONFIG
 */
#include "mynaq.hpp"

#include <iostream>

static const char OPENING[] = "{\"incident\":\"X\",\"unit\":\"X\",\"terminal\":\"X\","
                              "\"crew_member\":\"X\",\"pack\":\"record-app\"}";

static std::unique_ptr<mynaq::Session> held;
static int woken, freed;

struct Careless : mynaq::Hooks {
    ~Careless() override { freed++; }
    void wake(mynaq_handle) override
    {
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
    held = std::move(session);
    patient.identity(mynaq::Identity::visual); /* wakes: the session ends there */
    patient.identity(mynaq::Identity::visual); /* wakes again: its hooks must still be there */
    /* Left open until the process ends. */
    static mynaq::Session left = plugin.open(argv[2], std::make_shared<Careless>());
    std::cout << (woken == 3 && freed == 0 && !held ? "survived" : "not woken as expected") << std::endl;
}
