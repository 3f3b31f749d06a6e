/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * mynaq.hpp - the MynaQ interface for C++11 and later, over mynaq.h
 *
 * One header, nothing to link. Take it as it is, beside mynaq.h.
 *
 *     mynaq::Plugin plugin = mynaq::Plugin::load("/opt/mynaq/libmynaq_plugin.so");
 *     mynaq::Session session = plugin.open("/etc/mynaq/mynaq.toml");
 *     mynaq::Case patient = session.open_case(opening);
 *     patient.read_card();
 *     patient.identity(mynaq::Identity::visual);
 *     patient.consent(mynaq::Consent::given);
 *     while (mynaq::Document event = patient.next_event(1000)) { ... }
 *
 * OWNERSHIP. Session, Case and Document are move-only and give themselves back when they end, in
 * any order: a case may outlive its session, which closes it. A session must not end within log or
 * wake: there it cannot be closed, so it stays open, and its hooks stay alive, until the process ends.
 *
 * ERRORS. A failed call throws mynaq::Error. Destructors throw nothing.
 *
 * THREADS are those of mynaq.h: any object may be used from any thread; next_event with a timeout
 * waits, Plugin::open and the end of a session block.
 */
#ifndef MYNAQ_HPP
#define MYNAQ_HPP

#include "mynaq.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#if defined(_WIN32)
#ifndef NOMINMAX
#define NOMINMAX
#endif
#include <windows.h>
#else
#include <dlfcn.h>
#endif

namespace mynaq {

/* ---- Words ------------------------------------------------------------------------------------ */

enum class Identity : std::uint32_t {
    visual = MYNAQ_IDENTITY_VISUAL, /* 目視 */
    pin = MYNAQ_IDENTITY_PIN,       /* use Case::identity_by_pin */
    failed = MYNAQ_IDENTITY_FAILED
};

enum class Consent : std::uint32_t {
    given = MYNAQ_CONSENT_GIVEN,
    unobtainable = MYNAQ_CONSENT_UNOBTAINABLE, /* needs a reason: MYNAQ_REASON_* */
    refused = MYNAQ_CONSENT_REFUSED
};

enum class Scope : std::uint32_t {
    summary = MYNAQ_SCOPE_SUMMARY,
    full = MYNAQ_SCOPE_FULL,
    full_with_prescriptions = MYNAQ_SCOPE_FULL_WITH_PRESCRIPTIONS
};

enum class Decision : std::uint32_t {
    accept = MYNAQ_DECISION_ACCEPT,
    reject = MYNAQ_DECISION_REJECT
};

enum class Notice : std::uint32_t {
    handed_over = MYNAQ_NOTICE_HANDED_OVER,
    not_handed_over = MYNAQ_NOTICE_NOT_HANDED_OVER
};

enum class OptOut : std::uint32_t {
    add = MYNAQ_OPT_OUT_ADD,
    remove = MYNAQ_OPT_OUT_REMOVE
};

enum class NoticeLanguage : std::uint32_t {
    ja = MYNAQ_NOTICE_LANGUAGE_JA,
    ja_furigana = MYNAQ_NOTICE_LANGUAGE_JA_FURIGANA,
    en = MYNAQ_NOTICE_LANGUAGE_EN,
    zh = MYNAQ_NOTICE_LANGUAGE_ZH,
    ko = MYNAQ_NOTICE_LANGUAGE_KO,
    pt = MYNAQ_NOTICE_LANGUAGE_PT,
    vi = MYNAQ_NOTICE_LANGUAGE_VI
};

/* ---- Errors ----------------------------------------------------------------------------------- */

/* A call failed. */
class Error : public std::runtime_error {
public:
    Error(const std::string &what, std::int32_t status, std::string document)
        : std::runtime_error(what + ": " + std::to_string(status) +
                             (document.empty() ? "" : " " + document)),
          status_(status), document_(std::move(document))
    {
    }

    /* The number of mynaq.h. */
    std::int32_t status() const noexcept { return status_; }

    /* JSON after schema/error.schema.json: what happened and what to do now. May be empty. */
    const std::string &document() const noexcept { return document_; }

private:
    std::int32_t status_;
    std::string document_;
};

/* ---- What a host is told ------------------------------------------------------------------------ */

/* Derive from it to be told things. Both are called on any thread and must return at once. From
 * within log nothing may be called; from within wake, whatever returns at once (THR-4). */
class Hooks {
public:
    virtual ~Hooks() {}
    virtual void log(std::uint32_t level, const std::string &target, const std::string &message)
    {
        (void)level, (void)target, (void)message;
    }
    virtual void wake(mynaq_handle patient) { (void)patient; }
};

/* ---- Documents -------------------------------------------------------------------------------- */

/* Bytes the library lends; given back, and wiped, when this ends. False when there are none. */
class Document {
public:
    Document() noexcept : table_(nullptr), document_() {}
    Document(const mynaq_plugin *table, mynaq_document document) noexcept
        : table_(table), document_(document)
    {
    }
    Document(Document &&other) noexcept : table_(other.table_), document_(other.document_)
    {
        other.document_ = mynaq_document();
    }
    Document &operator=(Document &&other) noexcept
    {
        std::swap(table_, other.table_);
        std::swap(document_, other.document_);
        return *this;
    }
    Document(const Document &) = delete;
    Document &operator=(const Document &) = delete;
    ~Document()
    {
        if (document_.handle != 0)
            table_->release(document_.handle);
    }

    explicit operator bool() const noexcept { return document_.handle != 0; }
    const char *data() const noexcept { return document_.data ? document_.data : ""; }
    std::size_t size() const noexcept { return static_cast<std::size_t>(document_.size); }

    /* A copy, which nobody wipes: for errors and texts without patient data. */
    std::string copy() const { return std::string(data(), size()); }

private:
    const mynaq_plugin *table_;
    mynaq_document document_;
};

/* ---- The table, checked ------------------------------------------------------------------------- */

namespace detail {

inline void check(const mynaq_plugin *table, const char *what, std::int32_t status,
                  const mynaq_document &error)
{
    if (status < MYNAQ_OK)
        throw Error(what, status, Document(table, error).copy());
}

[[noreturn]] inline void missing(const char *function)
{
    throw Error(std::string("the plugin's table has no ") + function, MYNAQ_ERROR_INCOMPATIBLE, "");
}

inline std::uint64_t size(const std::string &text) { return text.size(); }

/* One handle and the way to give it back. */
template <int32_t(MYNAQ_CALL *mynaq_plugin::*Close)(mynaq_handle, mynaq_document *)>
class Handle {
public:
    explicit Handle(const mynaq_plugin *table) noexcept : table_(table), value_(0) {}
    Handle(const Handle &) = delete;
    Handle &operator=(const Handle &) = delete;
    ~Handle() { end(); }

    const mynaq_plugin *table() const noexcept { return table_; }
    mynaq_handle get() const noexcept { return value_.load(); }
    void set(mynaq_handle value) noexcept { value_.store(value); }

    /* A refused close closes nothing: the handle stays, to be closed in a better place. */
    void close(const char *what)
    {
        mynaq_document error;
        mynaq_handle value = get();
        check(table_, what, (table_->*Close)(value, &error), error);
        value_.compare_exchange_strong(value, 0);
    }

    /* Closes without an exception; whether nothing is left open. */
    bool end() noexcept
    {
        mynaq_handle value = value_.exchange(0);
        std::int32_t status = value == 0 ? MYNAQ_OK : (table_->*Close)(value, nullptr);
        return status >= MYNAQ_OK || status == MYNAQ_ERROR_UNKNOWN_HANDLE;
    }

private:
    const mynaq_plugin *table_;
    /* Read by whoever waits in next_event while another thread closes. */
    std::atomic<mynaq_handle> value_;
};

} // namespace detail

/* Calls a function of the table if it is there; throws Error if it is not, or if it fails. */
#define MYNAQ_INVOKE(table, function, ...)                                                        \
    [&]() -> std::int32_t {                                                                       \
        if (!MYNAQ_HAS(table, function))                                                          \
            ::mynaq::detail::missing(#function);                                                  \
        mynaq_document mynaq_error_;                                                              \
        std::int32_t mynaq_status_ = (table)->function(__VA_ARGS__, &mynaq_error_);               \
        ::mynaq::detail::check((table), #function, mynaq_status_, mynaq_error_);                  \
        return mynaq_status_;                                                                     \
    }()

/* ---- A case ----------------------------------------------------------------------------------- */

/* One patient contact. Every command returns at once; what comes of it arrives as events. */
class Case {
public:
    /* The number wake names this case with. */
    mynaq_handle id() const noexcept { return handle_->get(); }

    /* Starts waiting for a card and reading it; the crew may still be asking. */
    void read_card() { MYNAQ_INVOKE(table(), case_read_card, id()); }

    void identity(Identity identity)
    {
        MYNAQ_INVOKE(table(), case_identity, id(), static_cast<std::uint32_t>(identity), nullptr, 0);
    }

    /* Lets the card check the patient's own 4 digits, typed just now. Wipe yours. */
    void identity_by_pin(const char (&digits)[4])
    {
        MYNAQ_INVOKE(table(), case_identity, id(), MYNAQ_IDENTITY_PIN, digits, 4);
    }

    /* Allows the last try of the PIN to be spent by the next identity_by_pin, after a check that
     * ended with card.pin_last_try. Since 1.1: throws Error (INCOMPATIBLE) where it is not there. */
    void allow_last_try() { MYNAQ_INVOKE(table(), case_allow_last_try, id()); }

    /* Records what the crew sees of patient and card: JSON after schema/observation.schema.json;
     * members that are not given stay. Since 1.1, as above. */
    void observe(const std::string &observation)
    {
        MYNAQ_INVOKE(table(), case_observe, id(), observation.data(), detail::size(observation));
    }

    /* The card was another person's: everything of it is wiped. Take the fields that the event
     * withdrawn names out of your record. Since 1.1, as above. */
    void wrong_patient() { MYNAQ_INVOKE(table(), case_wrong_patient, id()); }

    /* At the department's counter: puts the holder of the card that was read on its list of people
     * not to be looked up, or takes them off it. Since 1.1, as above. */
    void opt_out(OptOut opt_out)
    {
        MYNAQ_INVOKE(table(), case_opt_out, id(), static_cast<std::uint32_t>(opt_out));
    }

    void consent(Consent consent, const std::string &reason = std::string())
    {
        MYNAQ_INVOKE(table(), case_consent, id(), static_cast<std::uint32_t>(consent),
                     reason.data(), detail::size(reason));
    }

    /* Starts the look-up. The gate must be open. */
    void look_up(Scope scope)
    {
        MYNAQ_INVOKE(table(), case_look_up, id(), static_cast<std::uint32_t>(scope));
    }

    void cancel() { MYNAQ_INVOKE(table(), case_cancel, id()); }

    void decide(const std::string &field, Decision decision)
    {
        MYNAQ_INVOKE(table(), case_decide, id(), field.data(), detail::size(field),
                     static_cast<std::uint32_t>(decision));
    }

    /* Every offer at once; with a section of the summary, such as "medications", those that come from
     * it. Since 1.1, as above. */
    void decide_all(Decision decision, const std::string &section = std::string())
    {
        MYNAQ_INVOKE(table(), case_decide_all, id(), section.data(), detail::size(section),
                     static_cast<std::uint32_t>(decision));
    }

    /* The record as it stands: JSON after schema/record.schema.json. */
    Document record() const
    {
        mynaq_document record;
        MYNAQ_INVOKE(table(), case_record, id(), &record);
        return Document(table(), record);
    }

    /* What the crew accepted, and nothing else, in a format of the pack: the bytes to store. */
    Document save(const std::string &format = MYNAQ_FORMAT_JSON) const
    {
        mynaq_document bytes;
        MYNAQ_INVOKE(table(), case_export, id(), format.data(), detail::size(format), &bytes);
        return Document(table(), bytes);
    }

    void notice(Notice notice)
    {
        MYNAQ_INVOKE(table(), case_notice, id(), static_cast<std::uint32_t>(notice));
    }

    /* The notice as a page ready to print: HTML, nothing medical. Since 1.1, as above. */
    Document notice_page(NoticeLanguage language) const
    {
        mynaq_document page;
        MYNAQ_INVOKE(table(), case_notice_page, id(), static_cast<std::uint32_t>(language), &page);
        return Document(table(), page);
    }

    /* The next event: JSON after schema/event.schema.json; empty if nothing happened in time. */
    Document next_event(std::uint32_t timeout_ms)
    {
        mynaq_document event;
        MYNAQ_INVOKE(table(), next_event, id(), timeout_ms, &event);
        return Document(table(), event);
    }

    /* Wipes everything of the patient. The end of the case does the same, and tells nobody. */
    void close() { handle_->close("case_close"); }

private:
    friend class Session;
    typedef detail::Handle<&mynaq_plugin::case_close> Handle;

    explicit Case(std::unique_ptr<Handle> handle) noexcept : handle_(std::move(handle)) {}
    const mynaq_plugin *table() const noexcept { return handle_->table(); }

    std::unique_ptr<Handle> handle_;
};

/* ---- A session -------------------------------------------------------------------------------- */

/* One host's use of the plugin with one configuration. */
class Session {
public:
    /* What can be done here: JSON after schema/capabilities.schema.json. */
    Document capabilities() const
    {
        mynaq_document capabilities;
        MYNAQ_INVOKE(table(), capabilities, open_->handle.get(), &capabilities);
        return Document(table(), capabilities);
    }

    /* A crew member begins a shift, in every session on the configuration: JSON after
     * schema/log-in.schema.json. Never at a patient. Since 1.1: throws Error (INCOMPATIBLE) where it
     * is not there. */
    void log_in(const std::string &log_in)
    {
        MYNAQ_INVOKE(table(), log_in, open_->handle.get(), log_in.data(), detail::size(log_in));
    }

    /* A crew member ends it: their cases can be finished, but view nothing more. Since 1.1. */
    void log_out(const std::string &crew_member)
    {
        MYNAQ_INVOKE(table(), log_out, open_->handle.get(), crew_member.data(),
                     detail::size(crew_member));
    }

    /* Opens a case. opening: JSON after schema/case-opening.schema.json. */
    Case open_case(const std::string &opening)
    {
        std::unique_ptr<Case::Handle> patient(new Case::Handle(table()));
        mynaq_handle handle;
        MYNAQ_INVOKE(table(), case_open, open_->handle.get(), opening.data(),
                     detail::size(opening), &handle);
        patient->set(handle);
        return Case(std::move(patient));
    }

    /* Closes the session and every case in it. Neither hook is called once it has returned. */
    void close() { open_->handle.close("close"); }

private:
    friend class Plugin;
    typedef detail::Handle<&mynaq_plugin::close> Handle;

    /* The hooks outlive every call: where the session could not be closed, they are never freed. */
    struct Open {
        Open(std::shared_ptr<Hooks> told, const mynaq_plugin *table)
            : hooks(new std::shared_ptr<Hooks>(std::move(told))), handle(table)
        {
        }
        ~Open()
        {
            if (!handle.end())
                hooks.release();
        }
        std::unique_ptr<std::shared_ptr<Hooks>> hooks;
        Handle handle;
    };

    explicit Session(std::unique_ptr<Open> open) noexcept : open_(std::move(open)) {}
    const mynaq_plugin *table() const noexcept { return open_->handle.table(); }

    std::unique_ptr<Open> open_;
};

/* ---- The plugin ------------------------------------------------------------------------------- */

/* The loaded library. It stays loaded until the process ends (LIFE-1). */
class Plugin {
public:
    /* Loads the library by its full path (UTF-8). Throws Error if it is none, or not compatible. */
    static Plugin load(const std::string &path)
    {
        mynaq_negotiate_fn negotiate = find(path);
        mynaq_host host = {sizeof(mynaq_host), MYNAQ_ABI_VERSION, nullptr, nullptr, nullptr};
        const mynaq_plugin *table = nullptr;
        char reason[512] = "";
        std::int32_t status = negotiate(&host, &table, reason, sizeof reason);
        if (status != MYNAQ_OK)
            throw Error(path + ": " + reason, status, "");
        /* Destructors call these, and cannot say that one is missing. */
        if (!MYNAQ_HAS(table, release))
            detail::missing("release");
        if (!MYNAQ_HAS(table, case_close))
            detail::missing("case_close");
        if (!MYNAQ_HAS(table, close))
            detail::missing("close");
        return Plugin(table);
    }

    const char *product_version() const noexcept { return table_->product_version; }

    /* The table itself, for what this header does not wrap. */
    const mynaq_plugin *table() const noexcept { return table_; }

    /* Opens a session on a configuration file (UTF-8 path). Hooks live until it is closed. */
    Session open(const std::string &config, std::shared_ptr<Hooks> hooks = nullptr) const
    {
        mynaq_host host = {sizeof(mynaq_host), MYNAQ_ABI_VERSION, hooks.get(),
                           hooks ? on_log : nullptr, hooks ? on_wake : nullptr};
        std::unique_ptr<Session::Open> session(new Session::Open(std::move(hooks), table_));
        mynaq_handle handle;
        MYNAQ_INVOKE(table_, open, &host, config.data(), detail::size(config), &handle);
        session->handle.set(handle);
        return Session(std::move(session));
    }

    /* Ends everything in this process, whoever opened it: only where the process ends. */
    void shutdown() const
    {
        mynaq_document error;
        if (!MYNAQ_HAS(table_, shutdown))
            detail::missing("shutdown");
        detail::check(table_, "shutdown", table_->shutdown(&error), error);
    }

private:
    explicit Plugin(const mynaq_plugin *table) noexcept : table_(table) {}

    /* An exception must not cross the border (THR-5). */
    static void MYNAQ_CALL on_log(void *context, std::uint32_t level, const char *target,
                                  std::uint64_t target_size, const char *message,
                                  std::uint64_t message_size)
    {
        try {
            static_cast<Hooks *>(context)->log(
                level, std::string(target, static_cast<std::size_t>(target_size)),
                std::string(message, static_cast<std::size_t>(message_size)));
        } catch (...) {
        }
    }

    static void MYNAQ_CALL on_wake(void *context, mynaq_handle patient)
    {
        try {
            static_cast<Hooks *>(context)->wake(patient);
        } catch (...) {
        }
    }

#if defined(_WIN32)
    static mynaq_negotiate_fn find(const std::string &path)
    {
        int length = MultiByteToWideChar(CP_UTF8, 0, path.c_str(), -1, nullptr, 0);
        std::wstring wide(static_cast<std::size_t>(length), L'\0');
        MultiByteToWideChar(CP_UTF8, 0, path.c_str(), -1, &wide[0], length);
        HMODULE library = LoadLibraryW(wide.c_str());
        if (!library)
            throw Error(path + " cannot be loaded: Windows error " +
                            std::to_string(GetLastError()), MYNAQ_ERROR_INCOMPATIBLE, "");
        FARPROC found = GetProcAddress(library, MYNAQ_NEGOTIATE);
        if (!found)
            throw Error(path + " is not a MynaQ plugin", MYNAQ_ERROR_INCOMPATIBLE, "");
        return reinterpret_cast<mynaq_negotiate_fn>(reinterpret_cast<void *>(found));
    }
#else
    static mynaq_negotiate_fn find(const std::string &path)
    {
        void *library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
        if (!library)
            throw Error(dlerror(), MYNAQ_ERROR_INCOMPATIBLE, "");
        void *found = dlsym(library, MYNAQ_NEGOTIATE);
        if (!found)
            throw Error(path + " is not a MynaQ plugin", MYNAQ_ERROR_INCOMPATIBLE, "");
        return reinterpret_cast<mynaq_negotiate_fn>(found);
    }
#endif

    const mynaq_plugin *table_;
};

#undef MYNAQ_INVOKE

} // namespace mynaq

#endif
