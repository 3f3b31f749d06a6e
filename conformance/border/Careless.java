// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A careless host through MynaQ.java: closes its session within its own wake-up call, is called again, wants what cannot
// be had of a case that has only been opened, drops sessions without closing them, and ends the process with one open.
// Prints `survived`.
//
//     Careless PLUGIN CONFIG
import mynaq.MynaQ;

final class Careless {
    private static final String OPENING =
            "{\"incident\":\"X\",\"unit\":\"X\",\"terminal\":\"X\",\"crew_member\":\"X\",\"pack\":\"record-app\"}";
    private static MynaQ.Session session;
    private static int woken;

    private static void wake(long patient) {
        woken++;
        if (session != null) {
            session.close(); // refused here: it throws, and that must not leave either
        }
        throw new IllegalStateException("no exception may leave");
    }

    private static void drop(MynaQ plugin, String config) {
        for (int i = 0; i < 20; i++) {
            plugin.open(config, null, Careless::wake).openCase(OPENING);
        }
    }

    private static boolean refused(Runnable call) {
        try {
            call.run();
        } catch (MynaQ.MynaqException error) {
            return error.status() == MynaQ.Status.WRONG_STATE;
        }
        return false;
    }

    // A last try of no PIN, another person's card and a list for it where none was read, offers and a notice where
    // nobody was viewed.
    private static boolean wantsTooMuch(MynaQ.Case patient) {
        return refused(patient::allowLastTry) && refused(patient::wrongPatient)
                && refused(() -> patient.recordOptOut(MynaQ.OptOut.ADD))
                && refused(() -> patient.decideAll(MynaQ.Decision.ACCEPT))
                && refused(() -> patient.noticePage(MynaQ.NoticeLanguage.JA));
    }

    public static void main(String[] args) {
        MynaQ plugin = MynaQ.load(args[0]);
        session = plugin.open(args[1], null, Careless::wake);
        MynaQ.Case patient = session.openCase(OPENING);
        patient.recordIdentity(MynaQ.Identity.VISUAL);
        boolean allRefused = wantsTooMuch(patient);
        drop(plugin, args[1]);
        System.gc();
        MynaQ.Session left = plugin.open(args[1], null, Careless::wake);
        System.out.println(woken >= 22 && allRefused && left != null ? "survived" : "not as expected");
    }
}
