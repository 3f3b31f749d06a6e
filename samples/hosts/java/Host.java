// SPDX-License-Identifier: MIT OR Apache-2.0
//
// One case in Java: loads the plugin by path, reads the card, looks up, prints the record as JSON.
//
//     Host PLUGIN CONFIG IDENTITY CONSENT [REASON]
//     Host ./libmynaq_plugin.so mynaq.toml visual given
//     Host ./libmynaq_plugin.so mynaq.toml visual unobtainable unconscious
//
// With the environment variable MYNAQ_LOG the library's log goes to the standard error.
// Exit: 0 the record was printed, 1 the case ended without one, 2 the host could not work.

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import mynaq.MynaQ;

final class Host {
    private static final String OPENING =
            "{\"incident\":\"JAVA-0001\",\"unit\":\"JAVA\",\"terminal\":\"JAVA\",\"crew_member\":\"JAVA\","
                    + "\"pack\":\"record-app\"}";

    private Host() {}

    public static void main(String[] args) {
        int result = 2; // also for what nobody expects: Java itself would say 1
        try {
            result = host(args);
        } catch (MynaQ.MynaqException | IOException error) {
            say(error.getMessage());
        } catch (Throwable error) {
            say(error.toString());
        }
        System.exit(result);
    }

    private static int host(String[] args) throws IOException {
        if (args.length < 4) {
            say("host PLUGIN CONFIG visual|failed given|unobtainable|refused [REASON]");
            return 2;
        }
        MynaQ.Identity identity = args[2].equals("visual") ? MynaQ.Identity.VISUAL : MynaQ.Identity.FAILED;
        MynaQ.Consent consent = args[3].equals("given") ? MynaQ.Consent.GIVEN
                : args[3].equals("refused") ? MynaQ.Consent.REFUSED : MynaQ.Consent.UNOBTAINABLE;
        String reason = args.length > 4 ? args[4] : null;

        MynaQ.Log log = null;
        if (System.getenv("MYNAQ_LOG") != null) {
            log = (level, target, message) -> say(level + " " + target + " " + message);
        }
        try (MynaQ.Session session = MynaQ.load(args[0]).open(args[1], log, null);
                MynaQ.Case patient = session.openCase(OPENING)) {
            return run(patient, identity, consent, reason);
        }
    }

    private static int run(MynaQ.Case patient, MynaQ.Identity identity, MynaQ.Consent consent, String reason)
            throws IOException {
        byte[] record;
        try {
            patient.readCard();
            patient.recordIdentity(identity);
            patient.recordConsent(consent, reason);
            if (!follow(patient)) {
                return 1;
            }
            record = patient.record();
        } catch (MynaQ.MynaqException error) {
            if (error.status() == MynaQ.Status.INCOMPATIBLE) {
                throw error;
            }
            say(error.getMessage());
            return 1;
        }
        write(System.out, record);
        if (System.out.checkError()) {
            throw new IOException("the record could not be written");
        }
        return 0;
    }

    /** Follows the case until there is a record. */
    private static boolean follow(MynaQ.Case patient) {
        for (int round = 0; round < 120; round++) {
            byte[] json = patient.nextEvent(1000);
            if (json == null) {
                continue;
            }
            String event = new String(json, StandardCharsets.UTF_8);
            if (is(event, "event", "\"gate\"") && is(event, "state", "\"open\"")) {
                patient.lookUp(MynaQ.Scope.SUMMARY);
            } else if (is(event, "event", "\"gate\"") && is(event, "state", "\"closed\"")) {
                say(event);
                return false;
            } else if (is(event, "event", "\"trouble\"")) {
                say(event);
                if (is(event, "goes_on", "false")) {
                    return false;
                }
            } else if (is(event, "event", "\"record\"")) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whether a member has this value. A quote inside a JSON string is always escaped, so this text can stand only
     * where the member itself stands. Your host has a JSON library: use that.
     */
    private static boolean is(String json, String member, String value) {
        return json.contains("\"" + member + "\":" + value);
    }

    private static void say(String line) {
        try {
            write(System.err, line.getBytes(StandardCharsets.UTF_8));
        } catch (IOException error) {
            // nowhere left to say it
        }
    }

    /** Bytes and one newline, not println: that has the system's code page and line ends. */
    private static void write(PrintStream stream, byte[] bytes) throws IOException {
        synchronized (stream) { // the log comes on the library's threads
            stream.write(bytes);
            stream.write('\n');
            stream.flush();
        }
    }
}
