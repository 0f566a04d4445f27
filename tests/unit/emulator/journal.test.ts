/** The journal: what it has of each call, and how much it keeps. */
import { expect, test } from "@jest/globals";
import { Journal } from "../../../emulator/journal";
import { attach, send, signed, start } from "./caller";

test("has each call with its outcome and its request id, until it is cleared", async () => {
  const now = Math.floor(Date.now() / 1000) * 1000;
  const emulator = await start({ now: () => now });
  const { body } = await attach(emulator, "i-1", "vpc-1");
  await attach(emulator, "i-none", "vpc-1");
  const params = { RegionId: "cn-hangzhou", InstanceId: "i-1", VpcId: "vpc-1" };
  expect(emulator.calls()).toMatchObject([
    { at: now, action: "AttachClassicLinkVpc", params, outcome: "ok", requestId: body.RequestId, status: 200 },
    { outcome: "InvalidInstanceId.NotFound", status: 403, gateway: "pop" },
  ]);
  emulator.clearCalls();
  expect(emulator.calls()).toEqual([]);
});

test("has the headers that name the scope and the product; no key, token, signature or unknown name, nor do answers", async () => {
  const emulator = await start({ accessKeySecret: "s3cret", securityToken: "t0ken" });
  const known = { "x-acs-organizationid": "26", "x-acs-resourcegroupid": "97", "x-acs-regionid": "cn-hangzhou" };
  const given = { InstanceId: "i-1", SecurityToken: "t0ken", AccessKeySecret: "oops" };
  const params = signed("GET", "AttachClassicLinkVpc", given);
  const { text } = await send(emulator, { path: `/?${params}`, headers: { ...known, "x-secret": "hidden" } });
  const told = text + JSON.stringify(emulator.calls());
  for (const secret of ["s3cret", "t0ken", "testid", "oops", "hidden", params.get("Signature")])
    expect(told).not.toContain(secret);
  expect(emulator.calls()).toMatchObject([{ params: { RegionId: "cn-hangzhou", InstanceId: "i-1" }, headers: known }]);
});

test("keeps the newest 20000 calls, and fewer when they are long", () => {
  const journal = new Journal();
  const add = (at: number, text = "") =>
    journal.add(
      { action: text, params: new Map([["VpcId", text]]), headers: {} },
      { at, outcome: "ok", requestId: "", status: 200, gateway: "pop" },
    );
  for (let at = 1; at <= 50_000; at++) add(at);
  expect(journal.calls()).toHaveLength(20_000);
  for (let at = 1; at <= 20_000; at++) add(at, "x".repeat(10_000));
  expect(journal.calls().at(-1)).toMatchObject({ at: 20_000, params: { VpcId: "x".repeat(4_096) } });
  expect(journal.calls().length).toBeLessThanOrEqual((2 * 16 * 1024 * 1024) / 4_096);
});
