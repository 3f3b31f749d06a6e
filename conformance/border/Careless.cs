// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A careless host through MynaQ.cs: disposes its session within its own wake-up call, is called again, wants what
// cannot be had of a case that has only been opened, drops sessions without closing them, and ends the process with one
// open. Prints `survived`.
//
//     Careless PLUGIN CONFIG
using System;
using MynaQ;

static class Careless
{
    const string Opening = "{\"incident\":\"X\",\"unit\":\"X\",\"terminal\":\"X\",\"crew_member\":\"X\",\"pack\":\"record-app\"}";
    static Session session;
    static int woken, refused;

    static void Wake(ulong handle)
    {
        woken++;
        try { if (session != null) session.Dispose(); }
        catch (MynaqException) { refused++; }
        throw new InvalidOperationException("no exception may leave");
    }

    static void Drop(Plugin plugin, string config)
    {
        for (int i = 0; i < 20; i++)
            plugin.Open(config, null, Wake).OpenCase(Opening);
    }

    static bool Refused(Action call)
    {
        try { call(); }
        catch (MynaqException error) { return error.Status == Status.WrongState; }
        return false;
    }

    // A last try of no PIN, another person's card and a list for it where none was read, offers and a notice where
    // nobody was viewed.
    static bool WantsTooMuch(Case patient)
    {
        return Refused(patient.AllowLastTry) && Refused(patient.WrongPatient)
            && Refused(() => patient.RecordOptOut(OptOut.Add)) && Refused(() => patient.DecideAll(Decision.Accept))
            && Refused(() => patient.NoticePage(NoticeLanguage.Ja));
    }

    static int Main(string[] args)
    {
        Plugin plugin = Plugin.Load(args[0]);
        session = plugin.Open(args[1], null, Wake);
        Case patient = session.OpenCase(Opening);
        patient.RecordIdentity(Identity.Visual);
        bool allRefused = WantsTooMuch(patient);
        Drop(plugin, args[1]);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Session left = plugin.Open(args[1], null, Wake);
        Console.WriteLine(woken >= 22 && allRefused ? "survived" : "not as expected");
        GC.KeepAlive(left);
        return 0;
    }
}
