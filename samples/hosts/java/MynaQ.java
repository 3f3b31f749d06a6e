// SPDX-License-Identifier: MIT OR Apache-2.0
//
// MynaQ.java - the MynaQ interface 1.1 for Java, through JNA 5. Take this file into your project as it is.
//
// Java 11 and later, Windows and Linux, 32 and 64 bit. The same surface without JNA, for Java 22 and later:
// ffm/MynaQ.java. They differ in the class Table, at the end, and in nothing else.
//
// host-sdk/include/mynaq.h says what each function means, host-sdk/INTERFACE.md what host and plugin owe each other.
//
//     try (MynaQ.Session session = MynaQ.load(pluginPath).open(configPath);
//          MynaQ.Case patient = session.openCase(openingJson)) {
//         patient.readCard();
//         patient.recordIdentity(MynaQ.Identity.VISUAL);
//         patient.recordConsent(MynaQ.Consent.GIVEN);
//         for (;;) {
//             byte[] json = patient.nextEvent(1000);
//             ...
//         }
//     }
//
// Documents are UTF-8 JSON as bytes: a String cannot be wiped, and they may hold patient data. Parse them, then fill
// them with zeros.
//
// Every failing call throws MynaqException. Every method may be used from any thread, but open, shutdown and
// Session.close read files or wait for threads, and Case.nextEvent waits as long as it is told: not on a thread that
// draws a screen.

package mynaq;

import com.sun.jna.Callback;
import com.sun.jna.CallbackReference;
import com.sun.jna.Function;
import com.sun.jna.Library;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import java.io.File;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/** The loaded library. It stays loaded until the process ends. */
public final class MynaQ {
    /** How the crew made sure whose card it is (本人確認). */
    public enum Identity {
        /** 目視: the face was compared with the photo. */
        VISUAL,
        /** The patient typed the 4 digits; the card checks them. */
        PIN,
        /** Neither worked: nothing is viewed. */
        FAILED
    }

    /** What the patient said (同意). */
    public enum Consent {
        /** 口頭同意. */
        GIVEN,
        /** 同意取得困難: needs a {@link Reason}. */
        UNOBTAINABLE,
        /** Ends the matter for this case. */
        REFUSED
    }

    /** Why consent could not be had. Life or body must need protecting in each of them. */
    public static final class Reason {
        /** 意識なし. */
        public static final String UNCONSCIOUS = "unconscious";
        /** 意識障害. */
        public static final String IMPAIRED_CONSCIOUSNESS = "impaired_consciousness";
        /** 意思疎通困難. */
        public static final String CANNOT_COMMUNICATE = "cannot_communicate";

        private Reason() {}
    }

    /** What is asked for (情報要求パターン). */
    public enum Scope {
        /** 救急用サマリー. */
        SUMMARY,
        /** 救急用全量版. */
        FULL,
        /** 電子処方箋＋サマリー＋全量版. */
        FULL_WITH_PRESCRIPTIONS
    }

    /** What the crew does with an offer. */
    public enum Decision {
        /** The value goes into the record. */
        ACCEPT,
        /** It does not. */
        REJECT
    }

    /** What became of the notice (傷病者用説明書) that follows a viewing without consent. */
    public enum Notice {
        /** To the patient or to somebody with them. */
        HANDED_OVER,
        /** There was nobody to take it. */
        NOT_HANDED_OVER
    }

    /** What the holder of a card wants of the department's list of people not to be looked up. */
    public enum OptOut {
        /** To be on it. */
        ADD,
        /** To be off it again. */
        REMOVE
    }

    /** A language the notice can be printed in; the capabilities say which there are. */
    public enum NoticeLanguage {
        /** 日本語. */
        JA,
        /** 日本語, with furigana. */
        JA_FURIGANA,
        /** English. */
        EN,
        /** 中文, simplified. */
        ZH,
        /** 한국어. */
        KO,
        /** Português. */
        PT,
        /** Tiếng Việt. */
        VI
    }

    /** What a call can return, for hosts that branch on it; mynaq.h has them all, the error's document the words. */
    public static final class Status {
        public static final int NULL_ARGUMENT = -101;
        public static final int NOT_UTF8 = -102;
        public static final int UNKNOWN_HANDLE = -103;
        public static final int UNKNOWN_VALUE = -104;
        public static final int WRONG_STATE = -105;
        public static final int BAD_DOCUMENT = -106;
        public static final int INCOMPATIBLE = -107;
        public static final int TOO_LARGE = -108;
        public static final int FORKED = -109;
        public static final int WRONG_THREAD = -110;
        public static final int TOO_MANY = -111;
        public static final int CONFIG_UNREADABLE = -201;
        public static final int CONFIG_INVALID = -202;
        public static final int CONFIG_CREDENTIALS = -203;
        public static final int CONFIG_CONFLICT = -204;
        public static final int PIN_MALFORMED = -412;
        public static final int NO_PIN = -419;
        public static final int GATE_NOT_READY = -501;
        public static final int REASON_REQUIRED = -502;
        public static final int REASON_UNKNOWN = -503;
        public static final int IDENTITY_FAILED = -504;
        public static final int REFUSED = -505;
        public static final int NO_RECORD = -506;
        public static final int NO_PHOTO = -507;
        public static final int CONSENT_IMPOSSIBLE = -508;
        public static final int REASON_UNFIT = -509;
        public static final int OPTED_OUT = -510;
        public static final int NOT_LOGGED_IN = -511;
        public static final int LOG_IN_EXPIRED = -512;
        public static final int TWO_FACTORS = -513;
        public static final int CREW_UNKNOWN = -514;
        public static final int CREW_EXPIRED = -515;
        public static final int CREW_REVOKED = -516;
        public static final int CREW_NO_RIGHT = -517;
        public static final int ROSTER_EXPIRED = -518;
        public static final int ROSTER_UNREADABLE = -519;
        public static final int CLOCK_SET_BACK = -520;
        public static final int TRANSCRIPTION = -522;
        public static final int UNKNOWN_PACK = -801;
        public static final int INVALID_PACK = -802;
        public static final int UNKNOWN_FIELD = -803;
        public static final int UNKNOWN_FORMAT = -804;
        public static final int PANIC = -901;
        public static final int STOPPED = -902;

        private Status() {}
    }

    /** A call that failed. Nothing about the patient is in it. */
    public static final class MynaqException extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final String function;
        private final int status;
        private final String document;

        MynaqException(String function, int status, String document) {
            super(function + ": " + status + " " + document);
            this.function = function;
            this.status = status;
            this.document = document;
        }

        /** The function, as mynaq.h names it; {@code load} when there was no plugin to ask. */
        public String function() {
            return function;
        }

        /** One of {@link Status}, or one that a newer plugin has. */
        public int status() {
            return status;
        }

        /**
         * JSON after schema/error.schema.json: what happened and what to do now, in Japanese and English. With {@link
         * Status#INCOMPATIBLE} from loading, or for a function the plugin does not have, plain text.
         */
        public String document() {
            return document;
        }
    }

    /** Takes the lines of the library's log. */
    public interface Log {
        /**
         * One line, on any thread. Write it down and return; call nothing of MynaQ.
         *
         * @param level 1 error, 2 warning, 3 information, 4 debugging, 5 tracing
         */
        void line(int level, String target, String message);
    }

    private static final int ABI_VERSION = 1 << 16 | 1;

    // The order is that of mynaq_plugin in mynaq.h, which only ever grows at its end.
    private static final List<String> SLOTS = Arrays.asList(
            "open", "close", "shutdown", "capabilities", "case_open", "case_read_card", "case_identity",
            "case_consent", "case_look_up", "case_cancel", "case_decide", "case_record", "case_export", "case_notice",
            "case_close", "next_event", "release", "extension", "case_allow_last_try", "log_in", "log_out",
            "case_observe", "case_wrong_patient", "case_opt_out", "case_decide_all", "case_notice_page");

    private final Table table;

    private MynaQ(Table table) {
        this.table = table;
    }

    /**
     * Loads the library and agrees on a version. Loading it again leads to the same library.
     *
     * @param path the file: mynaq_plugin.dll or libmynaq_plugin.so, of this process's bitness
     * @throws MynaqException {@link Status#INCOMPATIBLE}: no MynaQ plugin, or not one for us
     */
    public static MynaQ load(String path) {
        // A full path, so that nothing of the same name is picked up from a search path.
        return new MynaQ(Table.load(new File(path).getAbsolutePath()));
    }

    /** The interface version both speak: major in the upper 16 bits, minor in the lower. */
    public int abi() {
        return table.abi();
    }

    /** The plugin's own version, for people. */
    public String productVersion() {
        return table.productVersion();
    }

    /**
     * Whether the plugin has a function: ask before calling one that 1.0 did not have.
     *
     * @param function its name in mynaq.h, such as {@code case_export}
     */
    public boolean has(String function) {
        return table.has(function);
    }

    /** Opens a session without log and wake. */
    public Session open(String configPath) {
        return open(configPath, null, null);
    }

    /**
     * Opens a session on a configuration file (TOML). Reads files and starts threads. Both callbacks are used until
     * the session is closed. What they throw is lost: it must not reach the library.
     *
     * @param log may be null
     * @param wake told which case, by its {@link Case#handle}, has events; may be null. Comes on any thread, never on
     *     that of your window by itself: post there and return, fetch there with {@code nextEvent(0)}. It may name a
     *     case before {@link Session#openCase} has returned it.
     */
    public Session open(String configPath, Log log, LongConsumer wake) {
        return new Session(this, configPath, log, wake);
    }

    /**
     * Ends every session of this process, whoever opened it. For the one place that ends the process; whatever is
     * called afterwards gets {@link Status#STOPPED}. Waits for threads.
     */
    public void shutdown() {
        table.command("shutdown");
    }

    /** A session on a configuration file. Keep one for as long as the software runs. */
    public static final class Session extends Owned {
        private final Log log;
        private final LongConsumer wake;

        private Session(MynaQ plugin, String configPath, Log log, LongConsumer wake) {
            super(plugin, "close");
            this.log = log;
            this.wake = wake;
            Callbacks callbacks = new Callbacks(new Listener(this), log != null, wake != null);
            holding.hold(callbacks);
            try {
                opened(plugin.table.handle("open", callbacks, text(configPath)));
            } catch (MynaqException error) {
                holding.letGo();
                throw error;
            }
        }

        /**
         * What can be done here: mode, packs with their fields and formats, reasons, limits. JSON,
         * schema/capabilities.schema.json.
         */
        public byte[] capabilities() {
            return read("capabilities");
        }

        /**
         * A crew member begins a shift, in every session on the configuration; never at a patient. Since 1.1: where the
         * plugin does not have it, {@link Status#INCOMPATIBLE}.
         *
         * @param logIn JSON, schema/log-in.schema.json
         */
        public void logIn(String logIn) {
            command("log_in", text(logIn));
        }

        /**
         * A crew member ends it: their cases can be finished, but view nothing more. Since 1.1, as {@link #logIn}.
         *
         * @param crewMember the name they logged in with
         */
        public void logOut(String crewMember) {
            command("log_out", text(crewMember));
        }

        /**
         * Opens a case: one patient contact (傷病者対応). Fetch its events once without being woken.
         *
         * @param opening JSON, schema/case-opening.schema.json; nothing about the patient in it
         */
        public Case openCase(String opening) {
            try {
                return new Case(this, plugin.table.handle("case_open", handle(), text(opening)));
            } finally {
                Reference.reachabilityFence(this);
            }
        }
    }

    /** One patient contact (傷病者対応). Commands return at once; what comes of them arrives as events. */
    public static final class Case extends Owned {
        private final Session session; // and so the session is not collected before its last case

        private Case(Session session, long handle) {
            super(session.plugin, "case_close");
            this.session = session;
            opened(handle);
        }

        /** The session it was opened in. */
        public Session session() {
            return session;
        }

        /** Starts waiting for a card and reading it; the crew may still be asking for consent. */
        public void readCard() {
            command("case_read_card");
        }

        /** Records the identity check, without a PIN. */
        public void recordIdentity(Identity identity) {
            recordIdentity(identity, null);
        }

        /**
         * Records the identity check.
         *
         * @param pin with {@link Identity#PIN} the 4 ASCII digits the patient typed just now, else null. No copy of
         *     it is kept here: wipe it afterwards.
         */
        public void recordIdentity(Identity identity, byte[] pin) {
            command("case_identity", code(identity), pin == null ? text(null) : pin);
        }

        /**
         * Allows the last try of the PIN to be spent by the next check on the same card, after a check that ended
         * with card.pin_last_try. A wrong PIN then locks the card. Since 1.1: where the plugin does not have it,
         * {@link Status#INCOMPATIBLE}.
         */
        public void allowLastTry() {
            command("case_allow_last_try");
        }

        /**
         * Records what the crew sees of patient and card; members that are not given stay. Since 1.1, as {@link
         * #allowLastTry}.
         *
         * @param observation JSON, schema/observation.schema.json
         */
        public void observe(String observation) {
            command("case_observe", text(observation));
        }

        /**
         * The card was another person's: everything of it is wiped. Take the fields that the event withdrawn names out
         * of your record. Since 1.1, as {@link #allowLastTry}.
         */
        public void wrongPatient() {
            command("case_wrong_patient");
        }

        /**
         * At the department's counter: puts the holder of the card that was read on its list of people not to be looked
         * up, or takes them off it. Since 1.1, as {@link #allowLastTry}.
         */
        public void recordOptOut(OptOut optOut) {
            command("case_opt_out", code(optOut));
        }

        /** Records the patient's word, where it needs no reason. Refusal wipes the card and ends the matter. */
        public void recordConsent(Consent consent) {
            recordConsent(consent, null);
        }

        /**
         * Records the patient's word.
         *
         * @param reason one of {@link Reason}, with {@link Consent#UNOBTAINABLE} and never else
         */
        public void recordConsent(Consent consent, String reason) {
            command("case_consent", code(consent), text(reason));
        }

        /** Starts the look-up, once the gate is open (event gate, state open). */
        public void lookUp(Scope scope) {
            command("case_look_up", code(scope));
        }

        /** Cancels the reading or look-up under way, if there is one. */
        public void cancel() {
            command("case_cancel");
        }

        /** The crew takes or leaves the offer in a field of the record; the last word counts. */
        public void decide(String field, Decision decision) {
            command("case_decide", text(field), code(decision));
        }

        /** The crew takes or leaves every offer at once. Since 1.1, as {@link #allowLastTry}. */
        public void decideAll(Decision decision) {
            decideAll(decision, null);
        }

        /**
         * The crew takes or leaves every offer that comes from one section of the summary. Since 1.1, as {@link
         * #allowLastTry}.
         *
         * @param section such as {@code medications}; null for all
         */
        public void decideAll(Decision decision, String section) {
            command("case_decide_all", text(section), code(decision));
        }

        /** The record as it stands: every field with its offer, source, age and trace. JSON, record.schema.json. */
        public byte[] record() {
            return read("case_record");
        }

        /**
         * What the crew has accepted, and nothing else: the bytes to store.
         *
         * @param format one of the pack's (capabilities names them); every pack has {@code json}
         */
        public byte[] export(String format) {
            return read("case_export", text(format));
        }

        /** Records what became of the notice (傷病者用説明書). */
        public void recordNotice(Notice notice) {
            command("case_notice", code(notice));
        }

        /** The notice as a page ready to print: HTML in UTF-8, nothing medical. Since 1.1, as {@link #allowLastTry}. */
        public byte[] noticePage(NoticeLanguage language) {
            return read("case_notice_page", code(language));
        }

        /**
         * The next event: JSON, schema/event.schema.json; null if nothing happened in time. Ignore kinds and members
         * you do not know.
         *
         * @param timeoutMs 0 on a thread that draws a screen. Whoever waits gets {@link Status#UNKNOWN_HANDLE} when
         *     the case is closed; interrupting the thread does nothing.
         */
        public byte[] nextEvent(int timeoutMs) {
            return read("next_event", timeoutMs);
        }
    }

    /**
     * What the library holds for this process until it is closed: by close, or at last after the garbage collector.
     * Handles are numbers the library checks, so the order does not matter, and a call after closing gets {@link
     * Status#UNKNOWN_HANDLE}.
     */
    public abstract static class Owned implements AutoCloseable {
        private static final Cleaner CLEANER = Cleaner.create();

        final MynaQ plugin;
        final Holding holding;

        Owned(MynaQ plugin, String close) {
            this.plugin = plugin;
            holding = new Holding(plugin.table, close);
        }

        final void opened(long handle) {
            holding.handle.set(handle);
            CLEANER.register(this, holding);
        }

        /** Its number at the library; 0 once closed. */
        public final long handle() {
            return holding.handle.get();
        }

        /**
         * Closes it and wipes what it holds. Again is no error.
         *
         * @throws MynaqException it cannot be closed here and is still open, such as a session from within wake ({@link
         *     Status#WRONG_THREAD})
         */
        @Override
        public final void close() {
            holding.close();
        }

        // The fences keep this from being collected, and closed, during the call.

        final void command(String function, Object... arguments) {
            try {
                plugin.table.command(function, withHandle(arguments));
            } finally {
                Reference.reachabilityFence(this);
            }
        }

        final byte[] read(String function, Object... arguments) {
            try {
                return plugin.table.read(function, withHandle(arguments));
            } finally {
                Reference.reachabilityFence(this);
            }
        }

        private Object[] withHandle(Object[] arguments) {
            Object[] all = new Object[arguments.length + 1];
            all[0] = handle();
            System.arraycopy(arguments, 0, all, 1, arguments.length);
            return all;
        }
    }

    /** What has to be closed and kept, apart from the object that is collected. */
    private static final class Holding implements Runnable {
        // Rooted from before open until close has returned: the library could call code that is gone.
        private static final Set<Holding> ROOTED = ConcurrentHashMap.newKeySet();

        private final Table table;
        private final String close;
        private final AtomicLong handle = new AtomicLong();
        private Callbacks callbacks;

        Holding(Table table, String close) {
            this.table = table;
            this.close = close;
        }

        void hold(Callbacks callbacks) {
            this.callbacks = callbacks;
            ROOTED.add(this);
        }

        void letGo() {
            ROOTED.remove(this);
            if (callbacks != null) {
                callbacks.free();
            }
        }

        void close() {
            long closing = handle.getAndSet(0); // so that of two threads only one closes
            if (closing == 0) {
                return;
            }
            try {
                table.command(close, closing);
            } catch (MynaqException error) {
                // Gone already: the session was closed before its case, or the library was shut down.
                if (error.status() != Status.UNKNOWN_HANDLE && error.status() != Status.STOPPED) {
                    handle.set(closing);
                    throw error;
                }
            }
            letGo();
        }

        /** On the cleaner's thread, which forgets what is thrown. */
        @Override
        public void run() {
            close();
        }
    }

    /**
     * Where the callbacks end. It reaches the session weakly, so that a wake naming the window that owns the session
     * does not keep both alive for ever.
     */
    private static final class Listener {
        private final WeakReference<Session> session;

        Listener(Session session) {
            this.session = new WeakReference<>(session);
        }

        void log(int level, byte[] target, byte[] message) {
            Session to = session.get();
            if (to != null) {
                to.log.line(level, string(target), string(message));
            }
        }

        void wake(long patient) {
            Session to = session.get();
            if (to != null) {
                to.wake.accept(patient);
            }
        }
    }

    /** The words of each kind count from 1 in mynaq.h, in this order. */
    private static int code(Enum<?> word) {
        return word.ordinal() + 1;
    }

    /** A text as the table takes it. Empty is none: null and 0. */
    private static byte[] text(String text) {
        return text == null ? new byte[0] : text.getBytes(StandardCharsets.UTF_8);
    }

    private static String string(byte[] text) {
        return new String(text, StandardCharsets.UTF_8);
    }

    private static MynaqException unusable(String path, String why, int bits) {
        return new MynaqException("load", Status.INCOMPATIBLE,
                path + ": " + why + " (this process has " + bits + " bits)");
    }

    // ---- From here on: JNA ----

    /** What the library calls. On a thread of the library JNA attaches it to the virtual machine by itself. */
    private static final class Callbacks {
        interface OnLog extends Callback {
            void line(Pointer context, int level, Pointer target, long targetSize, Pointer message, long messageSize);
        }

        interface OnWake extends Callback {
            void wake(Pointer context, long patient);
        }

        // JNA frees the code behind a callback with its object: these two fields keep it.
        private final OnLog onLog;
        private final OnWake onWake;
        private final Memory host = host();

        Callbacks(Listener listener, boolean log, boolean wake) {
            onLog = !log ? null : (context, level, target, targetSize, message, messageSize) -> {
                try {
                    listener.log(level, bytes(target, targetSize), bytes(message, messageSize));
                } catch (Throwable lost) {
                    // must not unwind through the library
                }
            };
            onWake = !wake ? null : (context, patient) -> {
                try {
                    listener.wake(patient);
                } catch (Throwable lost) {
                    // must not unwind through the library
                }
            };
            host.setPointer(8 + Native.POINTER_SIZE, CallbackReference.getFunctionPointer(onLog));
            host.setPointer(8 + 2 * Native.POINTER_SIZE, CallbackReference.getFunctionPointer(onWake));
        }

        /** A mynaq_host that calls nobody. */
        static Memory host() {
            Memory host = new Memory(8 + 3 * Native.POINTER_SIZE);
            host.clear();
            host.setInt(0, (int) host.size());
            host.setInt(4, ABI_VERSION);
            return host;
        }

        void free() {
            Reference.reachabilityFence(this); // up to here; JNA frees them with this object
        }
    }

    private static byte[] bytes(Pointer data, long size) {
        return size == 0 ? new byte[0] : data.getByteArray(0, Math.toIntExact(size));
    }

    /** The function table. */
    private static final class Table {
        private static final int NOW = 2; // RTLD_NOW, and local: a missing symbol shows at once
        private static final int DOCUMENT = 24; // handle, size, data; the longest there is on any platform

        // JNA unloads a library nobody refers to.
        private static final Set<NativeLibrary> LOADED = ConcurrentHashMap.newKeySet();

        private final Pointer table;

        private Table(Pointer table) {
            this.table = table;
        }

        static Table load(String path) {
            Function negotiate;
            try {
                NativeLibrary library = NativeLibrary.getInstance(path,
                        Platform.isWindows() ? Map.of() : Map.of(Library.OPTION_OPEN_FLAGS, NOW));
                LOADED.add(library);
                negotiate = library.getFunction("mynaq_negotiate");
            } catch (UnsatisfiedLinkError error) {
                // The first reason; the message also has those of every other place JNA then looked at.
                Throwable[] reasons = error.getSuppressed();
                String why = reasons.length == 0 ? error.getMessage() : reasons[0].getMessage();
                throw unusable(path, why, 8 * Native.POINTER_SIZE);
            }
            Memory table = new Memory(Native.POINTER_SIZE);
            Memory reason = new Memory(512);
            table.clear();
            reason.clear();
            int status = negotiate.invokeInt(new Object[] {Callbacks.host(), table, reason, reason.size()});
            if (status != 0 || table.getPointer(0) == null) {
                throw new MynaqException("mynaq_negotiate", status, reason.getString(0, "UTF-8"));
            }
            return new Table(table.getPointer(0));
        }

        int abi() {
            return table.getInt(4);
        }

        String productVersion() {
            Pointer version = table.getPointer(8);
            return version == null ? "" : version.getString(0, "UTF-8");
        }

        boolean has(String function) {
            return address(function) != null;
        }

        /** A slot is there if the table is long enough for it and it is not null: MYNAQ_HAS. */
        private Pointer address(String function) {
            int slot = SLOTS.indexOf(function);
            long offset = 8 + (slot + 1L) * Native.POINTER_SIZE;
            long size = Integer.toUnsignedLong(table.getInt(0));
            return slot < 0 || offset + Native.POINTER_SIZE > size ? null : table.getPointer(offset);
        }

        private Function function(String name) {
            Pointer address = address(name);
            if (address == null) {
                throw new MynaqException(name, Status.INCOMPATIBLE,
                        "MynaQ " + productVersion() + " does not have the function " + name);
            }
            return Function.getFunction(address); // C's convention on every platform
        }

        void command(String function, Object... arguments) {
            call(function, null, arguments);
        }

        long handle(String function, Object... arguments) {
            Memory handle = new Memory(DOCUMENT);
            handle.clear();
            call(function, handle, arguments);
            return handle.getLong(0);
        }

        byte[] read(String function, Object... arguments) {
            Memory document = new Memory(DOCUMENT);
            document.clear();
            call(function, document, arguments);
            return take(document);
        }

        private void call(String function, Memory result, Object... arguments) {
            Memory error = new Memory(DOCUMENT);
            error.clear();
            List<Object> all = new ArrayList<>();
            List<Memory> texts = new ArrayList<>();
            for (Object argument : arguments) {
                if (argument instanceof byte[]) {
                    byte[] text = (byte[]) argument;
                    Memory copy = text.length == 0 ? null : new Memory(text.length);
                    if (copy != null) {
                        copy.write(0, text, 0, text.length);
                        texts.add(copy);
                    }
                    all.add(copy);
                    all.add((long) text.length);
                } else if (argument instanceof Callbacks) {
                    all.add(((Callbacks) argument).host);
                } else {
                    all.add(argument);
                }
            }
            if (result != null) {
                all.add(result);
            }
            all.add(error);
            int status;
            try {
                status = function(function).invokeInt(all.toArray());
            } finally {
                texts.forEach(Memory::clear); // one may be a PIN
            }
            byte[] document = take(error);
            if (status < 0) {
                throw new MynaqException(function, status, document == null ? "" : string(document));
            }
        }

        /** Our own copy of what the library lends, which it gets back at once and wipes. */
        private byte[] take(Memory document) {
            long handle = document.getLong(0);
            if (handle == 0) {
                return null;
            }
            try {
                return bytes(document.getPointer(16), document.getLong(8));
            } finally {
                function("release").invokeInt(new Object[] {handle});
            }
        }
    }
}
