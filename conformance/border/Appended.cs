// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A host through MynaQ.cs that calls what 1.1 appended, each function once or twice, and prints what it got: `status
// error` for a call that failed, `0` for one that did not, and last the page.
//
//     Appended PLUGIN CONFIG
using System;
using System.IO;
using System.Text;
using MynaQ;

static class Appended
{
    const string Opening = "{\"incident\":\"X\",\"unit\":\"X\",\"terminal\":\"X\",\"crew_member\":\"X\",\"pack\":\"record-app\"}";
    const string LogIn = "{\"crew_member\":\"隊員七\",\"unit\":\"A1\",\"terminal\":\"T1\",\"factors\":[\"pin\",\"ic_card\"]}";
    static readonly Stream Output = Console.OpenStandardOutput();

    static void Say(string line)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(line + "\n");
        Output.Write(bytes, 0, bytes.Length);
    }

    static void Try(Action call)
    {
        try { call(); Say("0"); }
        catch (MynaqException error) { Say(error.Status + " " + error.Document); }
    }

    static int Main(string[] args)
    {
        using (Session session = Plugin.Load(args[0]).Open(args[1]))
        using (Case patient = session.OpenCase(Opening))
        {
            Try(() => session.LogIn(LogIn));
            Try(() => session.LogOut("隊員七"));
            Try(patient.AllowLastTry);
            Try(patient.WrongPatient);
            Try(() => patient.RecordOptOut(OptOut.Remove));
            Try(() => patient.DecideAll(Decision.Reject, "medications"));
            Try(() => patient.DecideAll(Decision.Accept));
            Try(() => patient.Observe("{\"jcs\":300}"));
            Try(() => Say(Encoding.UTF8.GetString(patient.NoticePage(NoticeLanguage.Vi))));
        }
        return 0;
    }
}
