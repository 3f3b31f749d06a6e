// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A host through MynaQ.java that calls what 1.1 appended, each function once or twice, and prints what it got: `status
// error` for a call that failed, `0` for one that did not, and last the page.
//
//     Appended PLUGIN CONFIG
import java.nio.charset.StandardCharsets;
import mynaq.MynaQ;

final class Appended {
    private static final String OPENING =
            "{\"incident\":\"X\",\"unit\":\"X\",\"terminal\":\"X\",\"crew_member\":\"X\",\"pack\":\"record-app\"}";
    private static final String LOG_IN =
            "{\"crew_member\":\"隊員七\",\"unit\":\"A1\",\"terminal\":\"T1\",\"factors\":[\"pin\",\"ic_card\"]}";

    private static void say(String line) {
        byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
        System.out.write(bytes, 0, bytes.length);
    }

    private static void attempt(Runnable call) {
        try {
            call.run();
            say("0");
        } catch (MynaQ.MynaqException error) {
            say(error.status() + " " + error.document());
        }
    }

    public static void main(String[] args) {
        try (MynaQ.Session session = MynaQ.load(args[0]).open(args[1]);
                MynaQ.Case patient = session.openCase(OPENING)) {
            attempt(() -> session.logIn(LOG_IN));
            attempt(() -> session.logOut("隊員七"));
            attempt(patient::allowLastTry);
            attempt(patient::wrongPatient);
            attempt(() -> patient.recordOptOut(MynaQ.OptOut.REMOVE));
            attempt(() -> patient.decideAll(MynaQ.Decision.REJECT, "medications"));
            attempt(() -> patient.decideAll(MynaQ.Decision.ACCEPT));
            attempt(() -> patient.observe("{\"jcs\":300}"));
            attempt(() -> say(new String(patient.noticePage(MynaQ.NoticeLanguage.VI), StandardCharsets.UTF_8)));
        }
        System.out.flush();
    }
}
