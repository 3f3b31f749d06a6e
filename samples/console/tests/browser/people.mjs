// What is known of the drill's people, read from the files they are made from: the expected texts
// come from there and not from anything this program says.
import { readFileSync } from "node:fs";

const folder = new URL("../../../../conformance/simulator/people/", import.meta.url);

// The files are plain enough to be read line by line.
export function person(id) {
  const text = readFileSync(new URL(`${id}.toml`, folder), "utf8");
  const one = (name) => new RegExp(`^${name} = "(.*)"$`, "m").exec(text)?.[1];
  const claims = text.split(/^\[\[/m).filter((part) => part.startsWith("claims]]"));
  return {
    id,
    name: one("name"),
    address: one("address"),
    claims: claims.map((claim) => ({
      daysAgo: Number(/^days_ago = (\d+)$/m.exec(claim)[1]),
      drugs: [...claim.matchAll(/\{ code = "[^"]*", name = "([^"]*)"/g)].map((match) => match[1]),
    })),
  };
}

// `2026年10月14日 40日前`, counted from today in Japan.
export function aged(daysAgo) {
  const japan = new Date(Date.now() + 9 * 3600_000 - daysAgo * 86_400_000);
  const [year, month, day] = [japan.getUTCFullYear(), japan.getUTCMonth() + 1, japan.getUTCDate()];
  return `${year}年${month}月${day}日 ${daysAgo}日前`;
}

// What the crew reads by a rule of the gate, from the table the department gets.
export function line(rule) {
  const table = readFileSync(new URL("../../../../plugin/src/gate/TABLE.md", import.meta.url), "utf8");
  return new RegExp(`^\\| ${rule} \\|[^|]*\\| ([^|]*) \\|`, "m").exec(table)[1];
}
