/** The state file, from which the emulator continues after a restart. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { makeFolder } from "../../support/credentials";
import { attach, codeOf, start } from "./caller";

let files: ReturnType<typeof makeFolder>;
let stateFile: string;
beforeEach(() => {
  files = makeFolder();
  stateFile = join(files.folder, "state.json");
});
afterEach(() => files.remove());

test("each change is in the file at once, and the next emulator goes on from it, whatever its options are", async () => {
  const options = { stateFile, links: [{ instanceId: "i-1", vpcId: "vpc-1" }] };
  const saved = () => JSON.parse(readFileSync(stateFile, "utf8"));
  const first = await start(options);
  await attach(first, "i-2", "vpc-2");
  expect(saved().links).toMatchObject([{ instanceId: "i-1" }, { instanceId: "i-2", vpcId: "vpc-2" }]);
  first.unlink("i-1");
  first.setInstance("i-1", { status: "Stopped" });
  expect(saved()).toMatchObject({ instances: [{ instanceId: "i-1", status: "Stopped" }, {}], links: [{}] });
  expect(readdirSync(files.folder)).toEqual(["state.json"]);
  await first.close();
  const second = await start({ ...options, vpcs: [{ vpcId: "vpc-3" }] });
  expect(second.links()).toEqual([{ regionId: "cn-hangzhou", instanceId: "i-2", vpcId: "vpc-2" }]);
  second.link("i-1", "vpc-3");
});

test("a file written by hand may say as little as needed", async () => {
  files.write("state.json", '{ "instances": [{ "instanceId": "i-1" }], "vpcs": [{ "vpcId": "vpc-1" }] }');
  expect(codeOf(await attach(await start({ stateFile, instances: [], vpcs: [] }), "i-1", "vpc-1"))).toBe("ok");
});

test.each<[string, RegExp]>([
  ["{", /state\.json: .*JSON/],
  ["[]", /state\.json: state must be an object/],
  ['{ "instance": [] }', /state\.json: state has no field "instance"/],
  ['{ "instances": {} }', /state\.json: state\.instances must be a list/],
  ['{ "vpcs": [{ "vpcId": "v", "classicLinkEnabled": "yes" }] }', /vpc\.classicLinkEnabled must be true or false/],
  ['{ "vpcs": [{ "vpcId": "v" }], "links": [{ "instanceId": "i", "vpcId": "v" }] }', /no instance i: add it first/],
])("a file with %s is refused and left alone", async (text, told) => {
  files.write("state.json", text);
  await expect(start({ stateFile })).rejects.toThrow(told);
  expect(readFileSync(stateFile, "utf8")).toBe(text);
});

test("a file that cannot be written is an error at the start", async () => {
  await expect(start({ stateFile: join(files.folder, "none", "state.json") })).rejects.toThrow("ENOENT");
});
