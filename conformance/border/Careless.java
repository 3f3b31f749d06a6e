// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A careless host through MynaQ.java: closes its session within its own wake-up call, is called again, wants a
// last try that is none, drops sessions without closing them, and ends the process with one open. Prints `survived`.
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

    public static void main(String[] args) {
        MynaQ plugin = MynaQ.load(args[0]);
        session = plugin.open(args[1], null, Careless::wake);
        MynaQ.Case patient = session.openCase(OPENING);
        patient.recordIdentity(MynaQ.Identity.VISUAL);
        int lastTry = 0;
        try {
            patient.allowLastTry();
        } catch (MynaQ.MynaqException error) {
            lastTry = error.status();
        }
        drop(plugin, args[1]);
        System.gc();
        MynaQ.Session left = plugin.open(args[1], null, Careless::wake);
        boolean refused = lastTry == MynaQ.Status.WRONG_STATE;
        System.out.println(woken >= 22 && refused && left != null ? "survived" : "not woken as expected");
    }
}
