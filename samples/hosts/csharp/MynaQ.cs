// SPDX-License-Identifier: MIT OR Apache-2.0
//
// MynaQ.cs - the MynaQ interface 1.1 for C#. Take this file into your project as it is.
//
// C# 7. .NET Framework 4.5.1 and later, Mono, .NET (Core) 3.1 and later. Windows and Linux, 32 and 64 bit.
// Needs nothing but the base class library. host-sdk/include/mynaq.h says what each function means,
// host-sdk/INTERFACE.md what host and plugin owe each other.
//
//     using (Session session = Plugin.Load(pluginPath).Open(configPath))
//     using (Case patient = session.OpenCase(openingJson))
//     {
//         patient.ReadCard();
//         patient.RecordIdentity(Identity.Visual);
//         patient.RecordConsent(Consent.Given);
//         for (;;)
//         {
//             byte[] json = patient.NextEvent(1000);
//             ...
//         }
//     }
//
// Documents are UTF-8 JSON as bytes: a string cannot be wiped, and they may hold patient data. Parse them, then
// Array.Clear them.
//
// Every failing call throws MynaqException. Every member may be used from any thread, but Plugin.Open,
// Plugin.Shutdown and Session.Dispose read files or wait for threads, and Case.NextEvent waits as long as it is told:
// not on a thread that draws a screen.

using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.ComponentModel;
using System.IO;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading;

namespace MynaQ
{
    /// <summary>How the crew made sure whose card it is (本人確認).</summary>
    public enum Identity : uint
    {
        /// <summary>目視: the face was compared with the photo.</summary>
        Visual = 1,
        /// <summary>The patient typed the 4 digits; the card checks them.</summary>
        Pin = 2,
        /// <summary>Neither worked: nothing is viewed.</summary>
        Failed = 3,
    }

    /// <summary>What the patient said (同意).</summary>
    public enum Consent : uint
    {
        /// <summary>口頭同意.</summary>
        Given = 1,
        /// <summary>同意取得困難: needs one of <see cref="Reason"/>.</summary>
        Unobtainable = 2,
        /// <summary>Ends the matter for this case.</summary>
        Refused = 3,
    }

    /// <summary>Why consent could not be had. Life or body must need protecting in each of them.</summary>
    public static class Reason
    {
        /// <summary>意識なし.</summary>
        public const string Unconscious = "unconscious";
        /// <summary>意識障害.</summary>
        public const string ImpairedConsciousness = "impaired_consciousness";
        /// <summary>意思疎通困難.</summary>
        public const string CannotCommunicate = "cannot_communicate";
    }

    /// <summary>What is asked for (情報要求パターン).</summary>
    public enum Scope : uint
    {
        /// <summary>救急用サマリー.</summary>
        Summary = 1,
        /// <summary>救急用全量版.</summary>
        Full = 2,
        /// <summary>電子処方箋＋サマリー＋全量版.</summary>
        FullWithPrescriptions = 3,
    }

    /// <summary>What the crew does with an offer.</summary>
    public enum Decision : uint
    {
        /// <summary>The value goes into the record.</summary>
        Accept = 1,
        /// <summary>It does not.</summary>
        Reject = 2,
    }

    /// <summary>What became of the notice (傷病者用説明書) that follows a viewing without consent.</summary>
    public enum Notice : uint
    {
        /// <summary>To the patient or to somebody with them.</summary>
        HandedOver = 1,
        /// <summary>There was nobody to take it.</summary>
        NotHandedOver = 2,
    }

    /// <summary>What the holder of a card wants of the department's list of people not to be looked up.</summary>
    public enum OptOut : uint
    {
        /// <summary>To be on it.</summary>
        Add = 1,
        /// <summary>To be off it again.</summary>
        Remove = 2,
    }

    /// <summary>A language the notice can be printed in; the capabilities say which there are.</summary>
    public enum NoticeLanguage : uint
    {
        /// <summary>日本語.</summary>
        Ja = 1,
        /// <summary>日本語, with furigana.</summary>
        JaFurigana = 2,
        /// <summary>English.</summary>
        En = 3,
        /// <summary>中文, simplified.</summary>
        Zh = 4,
        /// <summary>한국어.</summary>
        Ko = 5,
        /// <summary>Português.</summary>
        Pt = 6,
        /// <summary>Tiếng Việt.</summary>
        Vi = 7,
    }

    /// <summary>How much a line of the log matters.</summary>
    public enum LogLevel : uint
    {
        /// <summary>Something failed.</summary>
        Error = 1,
        /// <summary>Something is not as it should be.</summary>
        Warn = 2,
        /// <summary>What happened.</summary>
        Info = 3,
        /// <summary>How it happened.</summary>
        Debug = 4,
        /// <summary>Every step.</summary>
        Trace = 5,
    }

    /// <summary>What a call can return, for hosts that branch on it. The error's document says it in words.</summary>
    public static class Status
    {
#pragma warning disable 1591 // the names are those of mynaq.h, which explains them
        public const int Ok = 0;
        public const int Nothing = 1;
        public const int NullArgument = -101;
        public const int NotUtf8 = -102;
        public const int UnknownHandle = -103;
        public const int UnknownValue = -104;
        public const int WrongState = -105;
        public const int BadDocument = -106;
        public const int Incompatible = -107;
        public const int TooLarge = -108;
        public const int Forked = -109;
        public const int WrongThread = -110;
        public const int TooMany = -111;
        public const int ConfigUnreadable = -201;
        public const int ConfigInvalid = -202;
        public const int ConfigCredentials = -203;
        public const int ConfigConflict = -204;
        public const int PinMalformed = -412;
        public const int NoPin = -419;
        public const int GateNotReady = -501;
        public const int ReasonRequired = -502;
        public const int ReasonUnknown = -503;
        public const int IdentityFailed = -504;
        public const int Refused = -505;
        public const int NoRecord = -506;
        public const int NoPhoto = -507;
        public const int ConsentImpossible = -508;
        public const int ReasonUnfit = -509;
        public const int OptedOut = -510;
        public const int NotLoggedIn = -511;
        public const int LogInExpired = -512;
        public const int TwoFactors = -513;
        public const int CrewUnknown = -514;
        public const int CrewExpired = -515;
        public const int CrewRevoked = -516;
        public const int CrewNoRight = -517;
        public const int RosterExpired = -518;
        public const int RosterUnreadable = -519;
        public const int ClockSetBack = -520;
        public const int Transcription = -522;
        public const int UnknownPack = -801;
        public const int InvalidPack = -802;
        public const int UnknownField = -803;
        public const int UnknownFormat = -804;
        public const int Panic = -901;
        public const int Stopped = -902;
#pragma warning restore 1591
    }

    /// <summary>A call that failed. Nothing about the patient is in it.</summary>
    public sealed class MynaqException : Exception
    {
        internal MynaqException(string function, int status, string document)
            : base(function + ": " + status + " " + document)
        {
            Function = function;
            Status = status;
            Document = document;
        }

        /// <summary>The function, as mynaq.h names it; <c>load</c> when there was no plugin to ask.</summary>
        public string Function { get; }

        /// <summary>One of <see cref="MynaQ.Status"/>, or one that a newer plugin has.</summary>
        public int Status { get; }

        /// <summary>
        /// JSON after schema/error.schema.json: what happened and what to do now, in Japanese and English. With
        /// <see cref="Status.Incompatible"/> from loading, or for a function the plugin does not have, plain text.
        /// </summary>
        public string Document { get; }
    }

    /// <summary>The loaded library and its function table. It stays loaded until the process ends.</summary>
    public sealed class Plugin
    {
        // The order is that of mynaq_plugin in mynaq.h, which only ever grows at its end.
        static readonly string[] Slots =
        {
            "open", "close", "shutdown", "capabilities", "case_open", "case_read_card", "case_identity",
            "case_consent", "case_look_up", "case_cancel", "case_decide", "case_record", "case_export", "case_notice",
            "case_close", "next_event", "release", "extension", "case_allow_last_try", "log_in", "log_out",
            "case_observe", "case_wrong_patient", "case_opt_out", "case_decide_all", "case_notice_page",
        };

        const uint AbiVersion = 1u << 16 | 1u;

        readonly IntPtr table;
        readonly uint size;
        readonly ConcurrentDictionary<string, Delegate> functions = new ConcurrentDictionary<string, Delegate>();

        Plugin(IntPtr table)
        {
            this.table = table;
            size = unchecked((uint)Marshal.ReadInt32(table));
            Abi = unchecked((uint)Marshal.ReadInt32(table, 4));
            ProductVersion = Native.Text(Marshal.ReadIntPtr(table, 8));
        }

        /// <summary>The interface version both speak: major in the upper 16 bits, minor in the lower.</summary>
        public uint Abi { get; }

        /// <summary>The plugin's own version, for people.</summary>
        public string ProductVersion { get; }

        /// <summary>Loads the library and agrees on a version. Loading it again leads to the same library.</summary>
        /// <param name="path">The file: mynaq_plugin.dll or libmynaq_plugin.so, of this process's bitness.</param>
        /// <exception cref="MynaqException"><see cref="Status.Incompatible"/>: no MynaQ plugin, or not one for us.
        /// </exception>
        public static Plugin Load(string path)
        {
            // A full path, so that nothing of the same name is picked up from a search path.
            IntPtr symbol = Library.Find(Path.GetFullPath(path), "mynaq_negotiate");
            var negotiate = Marshal.GetDelegateForFunctionPointer<Native.Negotiate>(symbol);
            var host = new Native.Host(AbiVersion, null, null);
            var reason = new byte[512];
            int status = negotiate(ref host, out IntPtr table, reason, (ulong)reason.Length);
            if (status != MynaQ.Status.Ok || table == IntPtr.Zero)
            {
                int length = Math.Max(Array.IndexOf(reason, (byte)0), 0);
                throw new MynaqException("mynaq_negotiate", status, Encoding.UTF8.GetString(reason, 0, length));
            }
            return new Plugin(table);
        }

        /// <summary>Whether the plugin has a function: ask before calling one that 1.0 did not have.</summary>
        /// <param name="function">Its name in mynaq.h, such as <c>case_export</c>.</param>
        public bool Has(string function)
        {
            return Address(function) != IntPtr.Zero;
        }

        /// <summary>Opens a session on a configuration file. Reads files and starts threads.</summary>
        /// <param name="configPath">The TOML file.</param>
        /// <param name="log">Takes the lines of the library's log: level, target, message. Comes on any thread. Write
        /// the line down and return; call nothing of MynaQ.</param>
        /// <param name="wake">Told which case, by its <c>Handle</c>, has events. Comes on any thread, never on
        /// that of your window by itself: post there and return, fetch there with <c>NextEvent(0)</c>. It may name a
        /// case before <see cref="Session.OpenCase"/> has returned it.</param>
        /// <remarks>Both are called until the session is closed. What they throw is lost: it must not reach the
        /// library.</remarks>
        public Session Open(string configPath, Action<LogLevel, string, string> log = null, Action<ulong> wake = null)
        {
            return new Session(this, AbiVersion, configPath, log, wake);
        }

        /// <summary>Ends every session of this process, whoever opened it. For the one place that ends the process;
        /// whatever is called afterwards gets <see cref="Status.Stopped"/>. Waits for threads.</summary>
        public void Shutdown()
        {
            int status = Function<Native.Shutdown>("shutdown")(out Native.Document error);
            Check("shutdown", status, error);
        }

        // A slot is there if the table is long enough for it and it is not null: MYNAQ_HAS.
        IntPtr Address(string function)
        {
            int slot = Array.IndexOf(Slots, function);
            int offset = 8 + (slot + 1) * IntPtr.Size;
            return slot < 0 || offset + IntPtr.Size > size ? IntPtr.Zero : Marshal.ReadIntPtr(table, offset);
        }

        internal T Function<T>(string name) where T : class
        {
            return (T)(object)functions.GetOrAdd(name, _ =>
            {
                IntPtr address = Address(name);
                if (address == IntPtr.Zero)
                    throw new MynaqException(name, MynaQ.Status.Incompatible,
                        "MynaQ " + ProductVersion + " does not have the function " + name);
                return (Delegate)(object)Marshal.GetDelegateForFunctionPointer<T>(address);
            });
        }

        internal int Check(string function, int status, Native.Document error)
        {
            byte[] document = Take(error);
            if (status < MynaQ.Status.Ok)
                throw new MynaqException(function, status, Encoding.UTF8.GetString(document ?? new byte[0]));
            return status;
        }

        internal byte[] Check(string function, int status, Native.Document result, Native.Document error)
        {
            byte[] document = Take(result);
            Check(function, status, error);
            return document;
        }

        // Our own copy of what the library lends, which it gets back at once and wipes.
        byte[] Take(Native.Document document)
        {
            if (document.Handle == 0)
                return null;
            try
            {
                var bytes = new byte[checked((int)document.Size)];
                Marshal.Copy(document.Data, bytes, 0, bytes.Length);
                return bytes;
            }
            finally
            {
                Function<Native.Release>("release")(document.Handle);
            }
        }
    }

    /// <summary>
    /// What the library holds for this process until it is closed: by Dispose, or at last by the garbage collector.
    /// Handles are numbers the library checks, so the order in which finalizers run does not matter, and a call after
    /// closing gets <see cref="Status.UnknownHandle"/>.
    /// </summary>
    public abstract class Owned : IDisposable
    {
        readonly string close;
        long handle; // Interlocked takes no ulong on .NET Framework; the top bit of a handle is never set

        internal Owned(Plugin plugin, string close)
        {
            Plugin = plugin;
            this.close = close;
        }

        /// <summary>Closes what nobody closed; at the end of the process that has been done already.</summary>
        ~Owned()
        {
            if (Environment.HasShutdownStarted)
                return;
            try { Close(); }
            catch (Exception) { } // on the finalizer's thread it would end the process
        }

        /// <summary>The plugin it belongs to.</summary>
        public Plugin Plugin { get; }

        /// <summary>Its number at the library; 0 once closed.</summary>
        public ulong Handle
        {
            get { return (ulong)Interlocked.Read(ref handle); }
            internal set { Interlocked.Exchange(ref handle, (long)value); }
        }

        /// <summary>Closes it and wipes what it holds. Again is no error.</summary>
        /// <exception cref="MynaqException">It cannot be closed here and is still open, such as a session from within
        /// wake (<see cref="Status.WrongThread"/>).</exception>
        public void Dispose()
        {
            Close();
            GC.SuppressFinalize(this);
        }

        void Close()
        {
            long closing = Interlocked.Exchange(ref handle, 0); // so that of two threads only one closes
            if (closing == 0)
                return;
            try
            {
                int status = Plugin.Function<Native.OnHandle>(close)((ulong)closing, out Native.Document error);
                // Gone already: the session was closed before its case, or the library was shut down.
                bool gone = status == Status.UnknownHandle || status == Status.Stopped;
                Check(close, gone ? Status.Ok : status, error);
            }
            catch (MynaqException)
            {
                Interlocked.Exchange(ref handle, closing);
                throw;
            }
            Closed();
        }

        /// <summary>What is left to do when the library knows it no longer.</summary>
        internal virtual void Closed() { }

        // Runs after the call into the library, and so keeps this from being finalized, and closed, during it.
        internal int Check(string function, int status, Native.Document error)
        {
            status = Plugin.Check(function, status, error);
            GC.KeepAlive(this);
            return status;
        }

        internal byte[] Check(string function, int status, Native.Document result, Native.Document error)
        {
            byte[] document = Plugin.Check(function, status, result, error);
            GC.KeepAlive(this);
            return document;
        }

        internal void Text(string function, string text)
        {
            byte[] bytes = Native.Bytes(text);
            int status = Plugin.Function<Native.OnText>(function)(Handle, bytes, Native.Size(bytes),
                out Native.Document error);
            Check(function, status, error);
        }
    }

    /// <summary>A session on a configuration file. Keep one for as long as the software runs.</summary>
    public sealed class Session : Owned
    {
        readonly Action<LogLevel, string, string> log;
        readonly Action<ulong> wake;
        readonly Callbacks callbacks;

        internal Session(Plugin plugin, uint abi, string configPath, Action<LogLevel, string, string> log,
            Action<ulong> wake) : base(plugin, "close")
        {
            this.log = log;
            this.wake = wake;
            callbacks = new Callbacks(this, log != null, wake != null);
            var host = new Native.Host(abi, callbacks.Log, callbacks.Wake);
            byte[] path = Native.Bytes(configPath);
            try
            {
                int status = plugin.Function<Native.Open>("open")(ref host, path, Native.Size(path),
                    out ulong handle, out Native.Document error);
                Check("open", status, error);
                callbacks.CloseAtExit(plugin, handle);
                Handle = handle;
            }
            catch (MynaqException)
            {
                callbacks.Release();
                throw;
            }
        }

        /// <summary>What can be done here: mode, packs with their fields and formats, reasons, limits. JSON,
        /// schema/capabilities.schema.json.</summary>
        public byte[] Capabilities()
        {
            int status = Plugin.Function<Native.Read>("capabilities")(Handle, out Native.Document capabilities,
                out Native.Document error);
            return Check("capabilities", status, capabilities, error);
        }

        /// <summary>A crew member begins a shift, in every session on the configuration; never at a patient. Since 1.1:
        /// where the plugin does not have it, <see cref="Status.Incompatible"/>.</summary>
        /// <param name="logIn">JSON, schema/log-in.schema.json.</param>
        public void LogIn(string logIn)
        {
            Text("log_in", logIn);
        }

        /// <summary>A crew member ends it: their cases can be finished, but view nothing more. Since 1.1, as
        /// <see cref="LogIn"/>.</summary>
        /// <param name="crewMember">The name they logged in with.</param>
        public void LogOut(string crewMember)
        {
            Text("log_out", crewMember);
        }

        /// <summary>Opens a case: one patient contact (傷病者対応). Fetch its events once without being woken.
        /// </summary>
        /// <param name="opening">JSON, schema/case-opening.schema.json; nothing about the patient in it.</param>
        public Case OpenCase(string opening)
        {
            byte[] text = Native.Bytes(opening);
            int status = Plugin.Function<Native.CaseOpen>("case_open")(Handle, text, Native.Size(text),
                out ulong patient, out Native.Document error);
            Check("case_open", status, error);
            return new Case(this, patient);
        }

        internal override void Closed()
        {
            callbacks.Release();
        }

        /// <summary>
        /// What the library calls. Rooted from before open until close has returned: were it collected with the
        /// session, the library could call code that is gone while the session's finalizer still waits its turn. It
        /// reaches the session weakly, so that a wake naming the window that owns the session does not keep both alive
        /// for ever.
        /// </summary>
        sealed class Callbacks
        {
            static readonly HashSet<Callbacks> Rooted = new HashSet<Callbacks>();

            // A thread of the library that has once called back belongs to the runtime too: Mono waits for it for ever
            // at the end, and an unloaded AppDomain cannot be called back.
            static Callbacks()
            {
                AppDomain.CurrentDomain.ProcessExit += CloseAll;
                AppDomain.CurrentDomain.DomainUnload += CloseAll;
            }

            readonly WeakReference session;
            Plugin plugin;
            ulong handle;
            internal readonly Native.Log Log;
            internal readonly Native.Wake Wake;

            internal Callbacks(Session session, bool log, bool wake)
            {
                this.session = new WeakReference(session);
                Log = log ? OnLog : (Native.Log)null;
                Wake = wake ? OnWake : (Native.Wake)null;
                lock (Rooted)
                    Rooted.Add(this);
            }

            internal void Release()
            {
                lock (Rooted)
                    Rooted.Remove(this);
            }

            internal void CloseAtExit(Plugin plugin, ulong handle)
            {
                lock (Rooted)
                {
                    this.plugin = plugin;
                    this.handle = handle;
                }
            }

            static void CloseAll(object sender, EventArgs none)
            {
                Callbacks[] left;
                lock (Rooted)
                {
                    left = new Callbacks[Rooted.Count];
                    Rooted.CopyTo(left);
                }
                foreach (Callbacks open in left)
                {
                    if (open.handle == 0)
                        continue; // another thread is opening it just now
                    try
                    {
                        int status = open.plugin.Function<Native.OnHandle>("close")(open.handle,
                            out Native.Document error);
                        open.plugin.Check("close", status, error);
                    }
                    catch (MynaqException) { } // closed meanwhile, or not to be helped any more
                }
            }

            void OnLog(IntPtr context, uint level, IntPtr target, ulong targetSize, IntPtr message, ulong messageSize)
            {
                try
                {
                    var to = (Session)session.Target;
                    to?.log((LogLevel)level, Native.Text(target, targetSize), Native.Text(message, messageSize));
                }
                catch (Exception) { } // must not unwind through the library
            }

            void OnWake(IntPtr context, ulong patient)
            {
                try
                {
                    var to = (Session)session.Target;
                    to?.wake(patient);
                }
                catch (Exception) { } // must not unwind through the library
            }
        }
    }

    /// <summary>One patient contact (傷病者対応). Commands return at once; what comes of them arrives as events.
    /// </summary>
    public sealed class Case : Owned
    {
        internal Case(Session session, ulong handle) : base(session.Plugin, "case_close")
        {
            Session = session; // and so the session is not finalized before its last case
            Handle = handle;
        }

        /// <summary>The session it was opened in.</summary>
        public Session Session { get; }

        /// <summary>Starts waiting for a card and reading it; the crew may still be asking for consent.</summary>
        public void ReadCard()
        {
            Command("case_read_card");
        }

        /// <summary>Records the identity check.</summary>
        /// <param name="identity">How the crew made sure.</param>
        /// <param name="pin">With <see cref="Identity.Pin"/> the 4 ASCII digits the patient typed just now, else null.
        /// No copy of it is kept here: wipe it afterwards.</param>
        public void RecordIdentity(Identity identity, byte[] pin = null)
        {
            Code("case_identity", (uint)identity, pin);
        }

        /// <summary>Allows the last try of the PIN to be spent by the next check on the same card, after a check that
        /// ended with card.pin_last_try. A wrong PIN then locks the card. Since 1.1: where the plugin does not
        /// have it, <see cref="Status.Incompatible"/>.</summary>
        public void AllowLastTry()
        {
            Command("case_allow_last_try");
        }

        /// <summary>Records what the crew sees of patient and card; members that are not given stay. Since 1.1, as
        /// <see cref="AllowLastTry"/>.</summary>
        /// <param name="observation">JSON, schema/observation.schema.json.</param>
        public void Observe(string observation)
        {
            Text("case_observe", observation);
        }

        /// <summary>The card was another person's: everything of it is wiped. Take the fields that the event withdrawn
        /// names out of your record. Since 1.1, as <see cref="AllowLastTry"/>.</summary>
        public void WrongPatient()
        {
            Command("case_wrong_patient");
        }

        /// <summary>At the department's counter: puts the holder of the card that was read on its list of people not to
        /// be looked up, or takes them off it. Since 1.1, as <see cref="AllowLastTry"/>.</summary>
        public void RecordOptOut(OptOut optOut)
        {
            Code("case_opt_out", (uint)optOut);
        }

        /// <summary>Records the patient's word. Refusal wipes the card and ends the matter.</summary>
        /// <param name="consent">What the patient said.</param>
        /// <param name="reason">One of <see cref="Reason"/>, with <see cref="Consent.Unobtainable"/> and never else.
        /// </param>
        public void RecordConsent(Consent consent, string reason = null)
        {
            Code("case_consent", (uint)consent, Native.Bytes(reason));
        }

        /// <summary>Starts the look-up, once the gate is open (event gate, state open).</summary>
        public void LookUp(Scope scope)
        {
            Code("case_look_up", (uint)scope);
        }

        /// <summary>Cancels the reading or look-up under way, if there is one.</summary>
        public void Cancel()
        {
            Command("case_cancel");
        }

        /// <summary>The crew takes or leaves the offer in a field of the record; the last word counts.</summary>
        public void Decide(string field, Decision decision)
        {
            byte[] text = Native.Bytes(field);
            int status = Plugin.Function<Native.Decide>("case_decide")(Handle, text, Native.Size(text), (uint)decision,
                out Native.Document error);
            Check("case_decide", status, error);
        }

        /// <summary>The crew takes or leaves every offer at once. Since 1.1, as <see cref="AllowLastTry"/>.</summary>
        /// <param name="decision">Which of the two.</param>
        /// <param name="section">A section of the summary, such as <c>medications</c>: the offers that come from it.
        /// Null: all.</param>
        public void DecideAll(Decision decision, string section = null)
        {
            byte[] text = Native.Bytes(section);
            int status = Plugin.Function<Native.Decide>("case_decide_all")(Handle, text, Native.Size(text),
                (uint)decision, out Native.Document error);
            Check("case_decide_all", status, error);
        }

        /// <summary>The record as it stands: every field with its offer, source, age and trace. JSON,
        /// schema/record.schema.json.</summary>
        public byte[] Record()
        {
            int status = Plugin.Function<Native.Read>("case_record")(Handle, out Native.Document record,
                out Native.Document error);
            return Check("case_record", status, record, error);
        }

        /// <summary>What the crew has accepted, and nothing else: the bytes to store.</summary>
        /// <param name="format">One of the pack's (capabilities names them); every pack has <c>json</c>.</param>
        public byte[] Export(string format = "json")
        {
            byte[] text = Native.Bytes(format);
            int status = Plugin.Function<Native.Export>("case_export")(Handle, text, Native.Size(text),
                out Native.Document bytes, out Native.Document error);
            return Check("case_export", status, bytes, error);
        }

        /// <summary>Records what became of the notice (傷病者用説明書).</summary>
        public void RecordNotice(Notice notice)
        {
            Code("case_notice", (uint)notice);
        }

        /// <summary>The notice as a page ready to print: HTML in UTF-8, nothing medical. Since 1.1, as
        /// <see cref="AllowLastTry"/>.</summary>
        public byte[] NoticePage(NoticeLanguage language)
        {
            int status = Plugin.Function<Native.ReadOnCode>("case_notice_page")(Handle, (uint)language,
                out Native.Document page, out Native.Document error);
            return Check("case_notice_page", status, page, error);
        }

        /// <summary>The next event: JSON, schema/event.schema.json; null if nothing happened in time. Ignore kinds and
        /// members you do not know.</summary>
        /// <param name="timeoutMs">0 on a thread that draws a screen. Whoever waits gets
        /// <see cref="Status.UnknownHandle"/> when the case is closed.</param>
        public byte[] NextEvent(uint timeoutMs)
        {
            int status = Plugin.Function<Native.NextEvent>("next_event")(Handle, timeoutMs,
                out Native.Document happened, out Native.Document error);
            return Check("next_event", status, happened, error);
        }

        void Command(string function)
        {
            int status = Plugin.Function<Native.OnHandle>(function)(Handle, out Native.Document error);
            Check(function, status, error);
        }

        void Code(string function, uint code)
        {
            int status = Plugin.Function<Native.OnCode>(function)(Handle, code, out Native.Document error);
            Check(function, status, error);
        }

        void Code(string function, uint code, byte[] text)
        {
            int status = Plugin.Function<Native.OnCodeAndText>(function)(Handle, code, text, Native.Size(text),
                out Native.Document error);
            Check(function, status, error);
        }
    }

    // mynaq.h as the runtime has to know it. Texts are byte arrays: what the runtime makes of a string by itself is the
    // system's code page on some, UTF-8 on others.
    static class Native
    {
        [StructLayout(LayoutKind.Sequential)]
        internal struct Host
        {
            readonly uint structSize;
            readonly uint abiVersion;
            readonly IntPtr context;
            readonly IntPtr log;
            readonly IntPtr wake;

            internal Host(uint abi, Log log, Wake wake)
            {
                structSize = (uint)Marshal.SizeOf(typeof(Host));
                abiVersion = abi;
                context = IntPtr.Zero; // a delegate brings its own
                this.log = log == null ? IntPtr.Zero : Marshal.GetFunctionPointerForDelegate(log);
                this.wake = wake == null ? IntPtr.Zero : Marshal.GetFunctionPointerForDelegate(wake);
            }
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct Document
        {
            internal readonly ulong Handle;
            internal readonly ulong Size;
            internal readonly IntPtr Data;
        }

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate void Log(IntPtr context, uint level, IntPtr target, ulong targetSize, IntPtr message,
            ulong messageSize);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate void Wake(IntPtr context, ulong patient);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate int Negotiate(ref Host host, out IntPtr plugin, [In, Out] byte[] reason, ulong capacity);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate int Open(ref Host host, byte[] path, ulong pathSize, out ulong session, out Document error);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate int Shutdown(out Document error);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate int CaseOpen(ulong session, byte[] opening, ulong openingSize, out ulong patient,
            out Document error);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate int OnHandle(ulong handle, out Document error);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate int OnCode(ulong patient, uint code, out Document error);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate int OnCodeAndText(ulong patient, uint code, byte[] text, ulong textSize, out Document error);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate int OnText(ulong handle, byte[] text, ulong textSize, out Document error);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate int Decide(ulong patient, byte[] field, ulong fieldSize, uint decision, out Document error);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate int Read(ulong handle, out Document result, out Document error);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate int ReadOnCode(ulong patient, uint code, out Document result, out Document error);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate int Export(ulong patient, byte[] format, ulong formatSize, out Document bytes,
            out Document error);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate int NextEvent(ulong patient, uint timeoutMs, out Document happened, out Document error);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate int Release(ulong document);

        // An empty text is no text: null and 0.
        internal static byte[] Bytes(string text)
        {
            return string.IsNullOrEmpty(text) ? null : Encoding.UTF8.GetBytes(text);
        }

        internal static ulong Size(byte[] text)
        {
            return text == null ? 0 : (ulong)text.Length;
        }

        internal static string Text(IntPtr data, ulong size)
        {
            var bytes = new byte[checked((int)size)];
            if (bytes.Length > 0)
                Marshal.Copy(data, bytes, 0, bytes.Length);
            return Encoding.UTF8.GetString(bytes);
        }

        internal static string Text(IntPtr terminated)
        {
            if (terminated == IntPtr.Zero)
                return "";
            ulong size = 0;
            while (Marshal.ReadByte(terminated, (int)size) != 0)
                size++;
            return Text(terminated, size);
        }
    }

    // Loads for good: nothing here unloads.
    static class Library
    {
        internal static IntPtr Find(string path, string symbol)
        {
            IntPtr library;
            IntPtr function;
            if (Environment.OSVersion.Platform == PlatformID.Win32NT)
            {
                library = LoadLibraryW(path);
                if (library == IntPtr.Zero)
                    throw Unusable(path, new Win32Exception(Marshal.GetLastWin32Error()).Message);
                function = GetProcAddress(library, symbol);
            }
            else
            {
                // Forgets an older error, and makes the runtime find dlerror: doing that later it would forget ours.
                Reason();
                library = Open(Terminated(path));
                if (library == IntPtr.Zero)
                    throw Unusable(path, Native.Text(Reason()));
                function = Symbol(library, Terminated(symbol));
            }
            if (function == IntPtr.Zero)
                throw Unusable(path, "no function " + symbol + ": not a MynaQ plugin");
            return function;
        }

        static MynaqException Unusable(string path, string why)
        {
            return new MynaqException("load", Status.Incompatible,
                path + ": " + why + " (this process has " + 8 * IntPtr.Size + " bits)");
        }

        static byte[] Terminated(string text)
        {
            return Encoding.UTF8.GetBytes(text + "\0");
        }

        const int Now = 2; // RTLD_NOW, and local: a missing symbol shows here and not in the middle of a case

        // Older C libraries have dlopen in a library of its own, newer ones (also) in themselves.
        static readonly bool InLibdl = HasLibdl();

        static bool HasLibdl()
        {
            try
            {
                ErrorInLibdl();
                return true;
            }
            catch (DllNotFoundException) { return false; }
            catch (EntryPointNotFoundException) { return false; }
        }

        static IntPtr Open(byte[] path)
        {
            return InLibdl ? OpenInLibdl(path, Now) : OpenInLibc(path, Now);
        }

        static IntPtr Symbol(IntPtr library, byte[] symbol)
        {
            return InLibdl ? SymbolInLibdl(library, symbol) : SymbolInLibc(library, symbol);
        }

        static IntPtr Reason()
        {
            return InLibdl ? ErrorInLibdl() : ErrorInLibc();
        }

        [DllImport("libdl.so.2", EntryPoint = "dlopen")]
        static extern IntPtr OpenInLibdl(byte[] path, int flags);

        [DllImport("libdl.so.2", EntryPoint = "dlsym")]
        static extern IntPtr SymbolInLibdl(IntPtr library, byte[] symbol);

        [DllImport("libdl.so.2", EntryPoint = "dlerror")]
        static extern IntPtr ErrorInLibdl();

        [DllImport("libc.so.6", EntryPoint = "dlopen")]
        static extern IntPtr OpenInLibc(byte[] path, int flags);

        [DllImport("libc.so.6", EntryPoint = "dlsym")]
        static extern IntPtr SymbolInLibc(IntPtr library, byte[] symbol);

        [DllImport("libc.so.6", EntryPoint = "dlerror")]
        static extern IntPtr ErrorInLibc();

        [DllImport("kernel32", CharSet = CharSet.Unicode, ExactSpelling = true, SetLastError = true)]
        static extern IntPtr LoadLibraryW(string path);

        [DllImport("kernel32", CharSet = CharSet.Ansi, ExactSpelling = true)]
        static extern IntPtr GetProcAddress(IntPtr library, string symbol);
    }
}
