/** What tests of credentials share: providers of sources over real servers, and their failures. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { jest } from "@jest/globals";
import { Agents } from "../../provider/ecs/agents";
import { CredentialsError, type CredentialsProvider, type CredentialsSource } from "../../provider/ecs/credentials";
import { createCredentialsProvider } from "../../provider/ecs/credentials/createProvider";
import { FIXED_ADDRESSES, type FixedAddresses } from "../../provider/ecs/credentials/services";
import { errorOfClass } from "./errors";

/** A provider. Nobody listens at its fixed addresses, unless they are given. */
export function providerOf(source: CredentialsSource, addresses: Partial<FixedAddresses> = {}): CredentialsProvider {
  const nowhere = { ...FIXED_ADDRESSES, metadata: "http://127.0.0.1:1" };
  return createCredentialsProvider(source, new Agents(), { ...nowhere, ...addresses });
}

/** The error of a provider that must fail. */
export const failureOf = (provider: CredentialsProvider) => errorOfClass(provider.getCredentials(), CredentialsError);

/** A folder for the files of a test. */
export function makeFolder() {
  const folder = mkdtempSync(join(tmpdir(), "classiclink-credentials-"));
  return {
    folder,
    /** Writes a file and returns its path. */
    write(name: string, content: string | object): string {
      const path = join(folder, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
      return path;
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Moves `Date.now` on, but no timer. `jest.restoreAllMocks` ends it. */
export function passMinutes(minutes: number): void {
  const later = Date.now() + minutes * 60_000;
  jest.spyOn(Date, "now").mockReturnValue(later);
}
