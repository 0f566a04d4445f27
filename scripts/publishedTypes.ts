/** Removes from `dist` the type declarations that no import of the package can reach. The last step of a build. */

import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { exports } from "../package.json";

const ROOT = join(__dirname, "..");

/** What programs import. `./dynamic` is not among them: only states load it. */
const IMPORTED = [exports["."], exports["./emulator"]];

/** The declaration files that these reach, relative to the root. Needs a build. */
export function publishedTypes(): ReadonlySet<string> {
  const reached = new Set<string>();
  const follow = (file: string) => {
    if (reached.has(file)) return;
    reached.add(file);
    for (const [, path = ""] of readFileSync(join(ROOT, file), "utf8").matchAll(
      /(?:from |import\(|import )"(\.[^"]+)"/g,
    )) {
      const module = join(dirname(file), path.replace(/\.js$/, ""));
      follow(existsSync(join(ROOT, `${module}.d.ts`)) ? `${module}.d.ts` : join(module, "index.d.ts"));
    }
  };
  for (const path of IMPORTED) follow(join(path.replace(/\.js$/, ".d.ts")));
  return reached;
}

if (require.main === module) {
  const published = publishedTypes();
  const all = readdirSync(join(ROOT, "dist"), { recursive: true, encoding: "utf8" }).map((path) => join("dist", path));
  for (const path of all) if (path.endsWith(".d.ts") && !published.has(path)) rmSync(join(ROOT, path));
}
