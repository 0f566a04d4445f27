import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { startEmulator } from "../../../emulator";
import { attach, codeOf, detach, start } from "./caller";

let folder: string;
let stateFile: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "emulator-"));
  stateFile = join(folder, "state.json");
});
afterEach(() => rmSync(folder, { recursive: true }));
const saved = () => JSON.parse(readFileSync(stateFile, "utf8"));

test("a link is in the file before its attach is answered, drift at once, and no draft is left", async () => {
  const emulator = await start({ stateFile });
  await attach(emulator, "i-1", "vpc-1");
  expect(saved().links).toEqual([{ regionId: "cn-hangzhou", instanceId: "i-1", vpcId: "vpc-1" }]);
  await detach(emulator, "i-1", "vpc-1");
  expect(saved().links).toEqual([]);
  emulator.link("i-2", "vpc-2");
  emulator.setInstance("i-1", { status: "Stopped" });
  expect(saved()).toMatchObject({
    instances: [{ instanceId: "i-1", status: "Stopped" }, {}],
    links: [{ vpcId: "vpc-2" }],
  });
  expect(readdirSync(folder)).toEqual(["state.json"]);
});

test("the next emulator goes on from the file, which wins over its options", async () => {
  const links = [{ instanceId: "i-1", vpcId: "vpc-1" }];
  const first = await start({ stateFile, links });
  first.unlink("i-1");
  first.link("i-2", "vpc-2");
  await first.close();
  const second = await start({ stateFile, links, vpcs: [{ vpcId: "vpc-3" }] });
  expect(second.links()).toEqual([{ regionId: "cn-hangzhou", instanceId: "i-2", vpcId: "vpc-2" }]);
  second.link("i-1", "vpc-3");
});

test("a file written by hand may say as little as needed", async () => {
  writeFileSync(stateFile, '{ "instances": [{ "instanceId": "i-1" }], "vpcs": [{ "vpcId": "vpc-1" }] }');
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
  writeFileSync(stateFile, text);
  await expect(startEmulator({ stateFile })).rejects.toThrow(told);
  expect(readFileSync(stateFile, "utf8")).toBe(text);
});

test("a file that cannot be written, or a port that is taken, is an error; closing twice is none", async () => {
  await expect(startEmulator({ stateFile: join(folder, "none", "state.json") })).rejects.toThrow("ENOENT");
  const emulator = await start();
  const port = Number(new URL(emulator.endpoint).port);
  await expect(startEmulator({ port })).rejects.toThrow("EADDRINUSE");
  await Promise.all([emulator.close(), emulator.close()]);
});
