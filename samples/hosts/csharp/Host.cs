// SPDX-License-Identifier: MIT OR Apache-2.0
//
// One case in C#: loads the plugin by path, reads the card, looks up, prints the record as JSON.
//
//     host PLUGIN CONFIG IDENTITY CONSENT [REASON]
//     host ./libmynaq_plugin.so mynaq.toml visual given
//     host ./libmynaq_plugin.so mynaq.toml visual unobtainable unconscious
//
// With the environment variable MYNAQ_LOG the library's log goes to the standard error.
// Exit: 0 the record was printed, 1 the case ended without one, 2 the host could not work.

using System;
using System.IO;
using System.Text;
using MynaQ;

static class Host
{
    const string Opening =
        "{\"incident\":\"CS-0001\",\"unit\":\"CS\",\"terminal\":\"CS\",\"crew_member\":\"CS\",\"pack\":\"record-app\"}";

    // Bytes, not Console: a console has a code page and line ends of its own.
    static readonly Stream Output = Console.OpenStandardOutput();
    static readonly Stream Errors = Console.OpenStandardError();

    static int Main(string[] args)
    {
        if (args.Length < 4)
        {
            Say("host PLUGIN CONFIG visual|failed given|unobtainable|refused [REASON]");
            return 2;
        }
        Identity identity = args[2] == "visual" ? Identity.Visual : Identity.Failed;
        Consent consent = args[3] == "given" ? Consent.Given
            : args[3] == "refused" ? Consent.Refused : Consent.Unobtainable;
        string reason = args.Length > 4 ? args[4] : null;

        Action<LogLevel, string, string> log = null;
        if (Environment.GetEnvironmentVariable("MYNAQ_LOG") != null)
            log = Log;
        try
        {
            using (Session session = Plugin.Load(args[0]).Open(args[1], log))
            using (Case patient = session.OpenCase(Opening))
                return Run(patient, identity, consent, reason);
        }
        catch (MynaqException error)
        {
            Say(error.Message);
        }
        catch (IOException error)
        {
            Say(error.Message);
        }
        return 2;
    }

    static int Run(Case patient, Identity identity, Consent consent, string reason)
    {
        byte[] record;
        try
        {
            patient.ReadCard();
            patient.RecordIdentity(identity);
            patient.RecordConsent(consent, reason);
            if (!Follow(patient))
                return 1;
            record = patient.Record();
        }
        catch (MynaqException error) when (error.Status != Status.Incompatible)
        {
            Say(error.Message);
            return 1;
        }
        Write(Output, record);
        return 0;
    }

    // Follows the case until there is a record.
    static bool Follow(Case patient)
    {
        for (int round = 0; round < 120; round++)
        {
            byte[] json = patient.NextEvent(1000);
            if (json == null)
                continue;
            string happened = Encoding.UTF8.GetString(json);
            if (Is(happened, "event", "\"gate\"") && Is(happened, "state", "\"open\""))
            {
                patient.LookUp(Scope.Summary);
            }
            else if (Is(happened, "event", "\"gate\"") && Is(happened, "state", "\"closed\""))
            {
                Say(happened);
                return false;
            }
            else if (Is(happened, "event", "\"trouble\""))
            {
                Say(happened);
                if (Is(happened, "goes_on", "false"))
                    return false;
            }
            else if (Is(happened, "event", "\"record\""))
            {
                return true;
            }
        }
        return false;
    }

    // Whether a member has this value. A quote inside a JSON string is always escaped, so this text can stand only
    // where the member itself stands. Your host has a JSON reader: use that.
    static bool Is(string json, string member, string value)
    {
        return json.Contains("\"" + member + "\":" + value);
    }

    static void Log(LogLevel level, string target, string message)
    {
        Say((uint)level + " " + target + " " + message);
    }

    static void Say(string line)
    {
        lock (Errors) // the log comes on the library's threads
            Write(Errors, Encoding.UTF8.GetBytes(line));
    }

    static void Write(Stream stream, byte[] bytes)
    {
        stream.Write(bytes, 0, bytes.Length);
        stream.WriteByte((byte)'\n');
        stream.Flush();
    }
}
